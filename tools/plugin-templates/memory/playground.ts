import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv } from 'node:process';
import { createSampleThing } from './src/sample-thing.ts';

// npm run play -- 'login limits'
const [context = 'login limits'] = argv.slice(2);
const file = join(tmpdir(), 'sample-thing-playground.json');
const now = () => new Date().getTime();
const memory = createSampleThing({ file, clock: { now }, newId: () => `m${now()}` });
await memory.store({
  repoId: 'here',
  type: 'semantic',
  content: 'Login limits are counted per address',
  confidence: 0.8,
  provenance: { author: 'person' },
});
console.log(await memory.recall({ context, repoId: 'here' }));
console.log(`kept in ${file}`);
