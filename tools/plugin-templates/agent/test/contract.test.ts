import { reviewInputSchema } from '@forge/plugin-api';
import { agentContract } from '@forge/testkit/contracts';
import { createAgentContext } from '@forge/testkit/fakes';
import { answer } from '@forge/testkit/model-server';
import { expect, test } from 'vitest';
import { sampleThing } from '../src/sample-thing.ts';

const input = reviewInputSchema.parse({
  requirement: { task: 'Save the form' },
  plan: { summary: 'Save', assessment: { score: 1 }, tasks: [{ id: 'save', title: 'Save', goal: 'Save the form' }] },
  change: { base: 'b', commit: 'c', branch: 'f', files: [{ path: 'src/save.js', added: 1, removed: 0 }] },
  diff: '+try { save(); } catch {}',
  round: 1,
});
const finding = { severity: 'high', file: 'src/save.js', line: 1, quote: 'catch {}', message: 'Nobody hears of it' };
const context = () => createAgentContext({ replies: [answer({ approved: false, findings: [finding] })] });

agentContract({ name: 'sample-thing', create: () => ({ agent: sampleThing, input, context }) });

test('it gives what the model found', async () => {
  const output = await sampleThing.execute(input, context());
  expect(output).toMatchObject({ approved: false, findings: [finding] });
});
