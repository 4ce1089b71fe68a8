import { scriptedContext } from '@forge/briefing/scripted-context';
import { implementationInputSchema, type z } from '@forge/plugin-api';
import { expect, test } from 'vitest';
import { createImplementer } from '../src/implementer.ts';

const implementer = createImplementer('Do it.');
const result = { summary: 'Counted', commit: { type: 'feat' as const, subject: 'count logins' } };
const task = { id: 'limiter', title: 'Limiter', goal: 'Count logins', acceptance: ['five pass'] };
const tools = [{ name: 'write', description: 'Writes', inputSchema: {} }];

const input = (more: Partial<z.input<typeof implementationInputSchema>> = {}) =>
  implementationInputSchema.parse({
    requirement: { task: 'Limit logins', constraints: ['no package'] },
    plan: { summary: 'Limit', assessment: { score: 1 }, tasks: [task, { id: 'docs', title: 'Docs', goal: 'Write' }] },
    task,
    instructions: 'No semicolons.',
    ...more,
  });

const textOf = (request: unknown) => JSON.stringify((request as { messages: unknown }).messages);

test('calls tools until it answers', async () => {
  const script = scriptedContext({ tools, replies: [{ calls: [{ name: 'write', input: { path: 'a' } }] }, result] });
  expect(await implementer.execute(input(), script.ctx)).toEqual(result);
  expect(script.toolCalls).toEqual([{ name: 'write', input: { path: 'a' } }]);
  expect(script.requests.map(({ system }) => system)).toEqual(['Do it.', 'Do it.']);
});

test('the model sees task, requirement, the other tasks and instructions, and no feedback at first', async () => {
  const script = scriptedContext({ tools, replies: [result] });
  await implementer.execute(input(), script.ctx);
  const text = textOf(script.requests[0]);
  for (const part of ['Limit logins', 'no package', 'Count logins', 'five pass', 'docs: Docs', 'No semicolons.']) {
    expect(text).toContain(part);
  }
  expect(text).not.toMatch(/Findings|Tests that fail/);
});

test('history only grows, so that a prompt cache keeps working', async () => {
  const call = { calls: [{ name: 'write', input: {} }] };
  const script = scriptedContext({ tools, replies: [call, call, call, result] });
  await implementer.execute(input(), script.ctx);
  const prefixes = script.requests.map(({ messages }) => JSON.stringify(messages).slice(0, -1));
  for (const [turn, prefix] of prefixes.slice(0, -1).entries()) {
    expect(prefixes[turn + 1]?.startsWith(prefix)).toBe(true);
  }
});

test('findings come with place, quote and suggestion', async () => {
  const finding = {
    severity: 'medium' as const,
    file: 'src/limiter.js',
    line: 7,
    quote: 'map.set(key, 1)',
    message: 'it only grows',
    suggestion: 'forget old keys',
  };
  const script = scriptedContext({ tools, replies: [result] });
  await implementer.execute(input({ feedback: { findings: [finding] } }), script.ctx);
  const text = textOf(script.requests[0]);
  for (const part of ['src/limiter.js:7', 'map.set(key, 1)', 'it only grows', 'forget old keys']) {
    expect(text).toContain(part);
  }
});

test.each([
  ['with an exit code', { exitCode: 1, timedOut: false }, 'ended with exit code 1'],
  ['that hang', { timedOut: true }, 'did not end in time'],
])('failed tests %s come with command and output', async (_name, end, words) => {
  const failedTests = {
    on: 'result' as const,
    commit: 'c',
    command: 'npm test',
    counts: { passed: 0, failed: 1, skipped: 0, source: 'parsed' as const },
    durationMs: 1,
    outputHash: 'h',
    output: 'AssertionError: 4 is not 5',
    ...end,
  };
  const script = scriptedContext({ tools, replies: [result] });
  await implementer.execute(input({ feedback: { failedTests } }), script.ctx);
  const text = textOf(script.requests[0]);
  for (const part of ['npm test', words, 'AssertionError: 4 is not 5']) expect(text).toContain(part);
});

test.each([
  ['an unknown commit type', { ...result, commit: { type: 'feature', subject: 'x' } }],
  ['no subject', { ...result, commit: { type: 'feat', subject: '' } }],
  ['no summary', { commit: result.commit }],
])('an answer with %s goes back to the model', async (_name, wrong) => {
  const script = scriptedContext({ tools, replies: [wrong, result] });
  expect(await implementer.execute(input(), script.ctx)).toEqual(result);
  expect(script.requests).toHaveLength(2);
});
