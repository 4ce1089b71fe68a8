import { argv } from 'node:process';
import { reviewInputSchema } from '@forge/plugin-api';
import { createAgentContext } from '@forge/testkit/fakes';
import { answer } from '@forge/testkit/model-server';
import { sampleThing } from './src/sample-thing.ts';

// npm run play -- '+try { save(); } catch {}'
const [diff = '+try { save(); } catch {}'] = argv.slice(2);
const ctx = createAgentContext({ replies: [answer({ approved: true, findings: [] })] });
const input = reviewInputSchema.parse({
  requirement: { task: 'Save the form' },
  plan: { summary: 'Save', assessment: { score: 1 }, tasks: [{ id: 'save', title: 'Save', goal: 'Save the form' }] },
  change: { base: 'b', commit: 'c', branch: 'f', files: [] },
  diff,
  round: 1,
});
console.log(await sampleThing.execute(input, ctx));
// What it did through its context: what the kernel would record.
for (const { kind, with: what } of ctx.calls) console.log(kind, JSON.stringify(what).slice(0, 200));
