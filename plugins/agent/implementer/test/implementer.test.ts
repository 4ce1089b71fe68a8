import { implementationInputSchema, type Json, type z } from '@forge/plugin-api';
import { type AgentCall, createAgentContext, type ScriptedAgentContext } from '@forge/testkit/fakes';
import { answer, callTool } from '@forge/testkit/model-server';
import { expect, test } from 'vitest';
import { createImplementer } from '../src/implementer.ts';

const seen = (ctx: ScriptedAgentContext, kind: AgentCall['kind']) =>
  ctx.calls.filter((call) => call.kind === kind).map((call) => call.with);
const chatText = (ctx: ScriptedAgentContext, turn = 0) => JSON.stringify(seen(ctx, 'chat')[turn]);

const implementer = createImplementer({ system: 'Do it.', conflict: 'Bring both together.' });
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

test('calls tools until it answers', async () => {
  const ctx = createAgentContext({ tools, replies: [callTool('write', { path: 'a' }), answer(result)] });
  expect(await implementer.execute(input(), ctx)).toEqual(result);
  expect(seen(ctx, 'tool')).toEqual([{ name: 'write', input: { path: 'a' } }]);
  expect(seen(ctx, 'chat')).toMatchObject([{ system: 'Do it.' }, { system: 'Do it.' }]);
});

test('the model sees task, requirement, the other tasks and instructions, and no feedback at first', async () => {
  const ctx = createAgentContext({ tools, replies: [answer(result)] });
  await implementer.execute(input(), ctx);
  const text = chatText(ctx);
  for (const part of ['Limit logins', 'no package', 'Count logins', 'five pass', 'docs: Docs', 'No semicolons.']) {
    expect(text).toContain(part);
  }
  expect(text).not.toMatch(/Findings|Tests that fail|Conflict|together/);
});

test('history only grows, so that a prompt cache keeps working', async () => {
  const call = callTool('write', {});
  const ctx = createAgentContext({ tools, replies: [call, call, call, answer(result)] });
  await implementer.execute(input(), ctx);
  const prefixes = seen(ctx, 'chat').map((request) =>
    JSON.stringify((request as { messages: Json }).messages).slice(0, -1),
  );
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
  const ctx = createAgentContext({ tools, replies: [answer(result)] });
  await implementer.execute(input({ feedback: { findings: [finding] } }), ctx);
  const text = chatText(ctx);
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
  const ctx = createAgentContext({ tools, replies: [answer(result)] });
  await implementer.execute(input({ feedback: { failedTests } }), ctx);
  const text = chatText(ctx);
  for (const part of ['npm test', words, 'AssertionError: 4 is not 5']) expect(text).toContain(part);
});

test.each([
  ['an unknown commit type', { ...result, commit: { type: 'feature', subject: 'x' } }],
  ['no subject', { ...result, commit: { type: 'feat', subject: '' } }],
  ['no summary', { commit: result.commit }],
])('an answer with %s goes back to the model', async (_name, wrong) => {
  const ctx = createAgentContext({ tools, replies: [answer(wrong), answer(result)] });
  expect(await implementer.execute(input(), ctx)).toEqual(result);
  expect(seen(ctx, 'chat')).toHaveLength(2);
});

test('a conflict comes with both goals, both diffs and what was wrong with the last attempt', async () => {
  const conflict = {
    files: ['src/limiter.js'],
    diff: '+count logins',
    others: [{ title: 'Rename', goal: 'Rename the limiter', diff: '-old name' }],
    faults: ['src/limiter.js still has conflict marks'],
  };
  const ctx = createAgentContext({ tools, replies: [answer(result)] });
  await implementer.execute(input({ feedback: { conflict } }), ctx);
  const text = chatText(ctx);
  for (const part of [
    'Bring both together.',
    'Rename the limiter',
    '-old name',
    'Count logins',
    '+count logins',
    'still has conflict marks',
  ]) {
    expect(text).toContain(part);
  }
});
