import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { humanRequestSchema } from '@forge/plugin-api';
import { createSampleThing } from './src/sample-thing.ts';

// npm run play
const terminal = createInterface({ input: stdin, output: stdout });
const gate = createSampleThing({
  isOpen: () => true,
  ask: (text, signal) => terminal.question(`${text}\n> `, { signal }),
});
const request = humanRequestSchema.parse({
  id: 'q1',
  runId: 'r1',
  kind: 'approval',
  title: 'Deploy 2 files?',
  reason: 'deployment',
  subjectHash: 'abc',
  createdAt: 1,
});
console.log(await gate.request(request, { signal: new AbortController().signal }));
terminal.close();
