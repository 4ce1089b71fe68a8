import { scriptedContext } from '@forge/briefing/scripted-context';
import { reviewInputSchema, type z } from '@forge/plugin-api';
import { expect, test } from 'vitest';
import { createReviewer } from '../src/reviewer.ts';

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

const textOf = (request: unknown) => JSON.stringify((request as { messages: unknown }).messages);

test('the model sees requirement, plan, files, diff and instructions', async () => {
  const script = scriptedContext({ replies: [approval] });
  expect(await reviewer.execute(input(), script.ctx)).toEqual(approval);
  const text = textOf(script.requests[0]);
  for (const part of ['Limit logins', 'limiter: Limiter', 'src/a.js +2 -1', '````diff', 'No semicolons.']) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain('earlier rounds');
});

test('a later round gets what was found before', async () => {
  const script = scriptedContext({ replies: [approval] });
  await reviewer.execute(input({ round: 2, previousFindings: [finding] }), script.ctx);
  expect(textOf(script.requests[0])).toContain('Found in earlier rounds (this is round 2)');
  expect(textOf(script.requests[0])).toContain('medium at src/a.js:2: wrong');
});

test('findings come out as the model gave them', async () => {
  const review = {
    approved: false,
    findings: [finding, { severity: 'high' as const, file: 'b.js', message: 'no test' }],
  };
  const script = scriptedContext({ replies: [review] });
  expect(await reviewer.execute(input(), script.ctx)).toEqual(review);
});

test.each([
  ['a line without its words', { approved: false, findings: [{ ...finding, quote: ' ' }] }, 'quote the words'],
  ['words without their line', { approved: false, findings: [{ ...finding, line: undefined }] }, 'say which line'],
  ['a refusal without a finding', { approved: false, findings: [] }, 'not refused without a finding'],
  ['an unknown severity', { approved: false, findings: [{ ...finding, severity: 'major' }] }, 'severity'],
])('%s goes back to the model', async (_name, wrong, fault) => {
  const script = scriptedContext({ replies: [wrong, approval] });
  expect(await reviewer.execute(input(), script.ctx)).toEqual(approval);
  expect(textOf(script.requests[1])).toContain(fault);
});
