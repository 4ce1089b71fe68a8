import { reviewInputSchema, type z } from '@forge/plugin-api';
import { type AgentCall, createAgentContext, type ScriptedAgentContext } from '@forge/testkit/fakes';
import { answer } from '@forge/testkit/model-server';
import { expect, test } from 'vitest';
import { createReviewer } from '../src/reviewer.ts';

const seen = (ctx: ScriptedAgentContext, kind: AgentCall['kind']) =>
  ctx.calls.filter((call) => call.kind === kind).map((call) => call.with);
const chatText = (ctx: ScriptedAgentContext, turn = 0) => JSON.stringify(seen(ctx, 'chat')[turn]);

const reviewer = createReviewer('Judge it.');
const finding = { severity: 'medium' as const, file: 'src/a.js', line: 2, quote: 'x = 1', message: 'wrong' };
const approval = { approved: true, findings: [], summary: 'Read it all.' };

const input = (more: Partial<z.input<typeof reviewInputSchema>> = {}) =>
  reviewInputSchema.parse({
    requirement: { task: 'Limit logins' },
    plan: { summary: 'Limit', assessment: { score: 1 }, tasks: [{ id: 'limiter', title: 'Limiter', goal: 'Count' }] },
    change: { base: 'b', commit: 'c', branch: 'f', files: [{ path: 'src/a.js', added: 2, removed: 1 }] },
    diff: '--- a/src/a.js\n+++ b/src/a.js\n+const fence = "```";',
    instructions: 'No semicolons.',
    round: 1,
    ...more,
  });

test('the model sees requirement, plan, files, diff and instructions', async () => {
  const ctx = createAgentContext({ replies: [answer(approval)] });
  expect(await reviewer.execute(input(), ctx)).toEqual(approval);
  const text = chatText(ctx);
  for (const part of ['Limit logins', 'limiter: Limiter', 'src/a.js +2 -1', '````diff', 'No semicolons.']) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain('earlier rounds');
});

test('a later round gets what was found before', async () => {
  const ctx = createAgentContext({ replies: [answer(approval)] });
  await reviewer.execute(input({ round: 2, previousFindings: [finding] }), ctx);
  expect(chatText(ctx)).toContain('Found in earlier rounds (this is round 2)');
  expect(chatText(ctx)).toContain('medium at src/a.js:2: wrong');
});

test('findings come out as the model gave them', async () => {
  const review = {
    approved: false,
    findings: [finding, { severity: 'high' as const, file: 'b.js', message: 'no test' }],
  };
  const ctx = createAgentContext({ replies: [answer(review)] });
  expect(await reviewer.execute(input(), ctx)).toEqual(review);
});

test.each([
  ['a line without its words', { approved: false, findings: [{ ...finding, quote: ' ' }] }, 'quote the words'],
  ['words without their line', { approved: false, findings: [{ ...finding, line: undefined }] }, 'say which line'],
  ['a refusal without a finding', { approved: false, findings: [] }, 'not refused without a finding'],
  ['an unknown severity', { approved: false, findings: [{ ...finding, severity: 'major' }] }, 'severity'],
])('%s goes back to the model', async (_name, wrong, fault) => {
  const ctx = createAgentContext({ replies: [answer(wrong), answer(approval)] });
  expect(await reviewer.execute(input(), ctx)).toEqual(approval);
  expect(chatText(ctx, 1)).toContain(fault);
});
