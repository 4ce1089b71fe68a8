import { argv, cwd } from 'node:process';
import { createToolContext } from '@forge/testkit/fakes';
import { sampleThing } from './src/sample-thing.ts';

// npm run play -- README.md
const [path = 'README.md'] = argv.slice(2);
const input = sampleThing.schema.input.parse({ path });
const output = await sampleThing.execute(input, createToolContext({ workspace: cwd() }));
console.log(sampleThing.describe?.(input));
console.log(sampleThing.render?.(output));
