import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { confiningCaseNames, sandboxContract } from '@forge/testkit/contracts';
import { sampleThing } from '../src/sample-thing.ts';

sandboxContract({
  name: 'sample-thing',
  create() {
    // Not below /tmp: a sandbox may have a /tmp of its own.
    const cache = join(import.meta.dirname, '../node_modules/.cache');
    mkdirSync(cache, { recursive: true });
    const folder = mkdtempSync(join(cache, 'sample-thing-'));
    return { sandbox: sampleThing, folder, dispose: () => rmSync(folder, { recursive: true }) };
  },
  skip: Object.fromEntries(confiningCaseNames.map((name) => [name, 'it confines nothing'])),
});
