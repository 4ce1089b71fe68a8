import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxCases, sandboxContract } from '@forge/testkit/contracts';
import { bubblewrapSandbox } from '../src/bubblewrap-sandbox.ts';

const { ok, detail } = await bubblewrapSandbox.probe({ signal: new AbortController().signal });

sandboxContract({
  name: 'bubblewrap',
  create() {
    const cache = join(import.meta.dirname, '../node_modules/.cache');
    mkdirSync(cache, { recursive: true });
    const folder = mkdtempSync(join(cache, 'sandbox-'));
    return { sandbox: bubblewrapSandbox, folder, dispose: () => rmSync(folder, { recursive: true }) };
  },
  skip: ok ? {} : Object.fromEntries(sandboxCases.map(({ name }) => [name, detail])),
});
