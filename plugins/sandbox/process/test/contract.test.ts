import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { confiningCaseNames, sandboxContract } from '@forge/testkit/contracts';
import { processSandbox } from '../src/process-sandbox.ts';

sandboxContract({
  name: 'process',
  create() {
    const cache = join(import.meta.dirname, '../node_modules/.cache');
    mkdirSync(cache, { recursive: true });
    const folder = mkdtempSync(join(cache, 'sandbox-'));
    return { sandbox: processSandbox, folder, dispose: () => rmSync(folder, { recursive: true }) };
  },
  skip: Object.fromEntries(confiningCaseNames.map((name) => [name, 'same files and network as Forge itself'])),
});
