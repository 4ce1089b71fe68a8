import { readFileSync } from 'node:fs';
import {
  implementationOutputSchema,
  planSchema,
  recordedReplySchema,
  recordingHeaderSchema,
  reviewOutputSchema,
  type Finding,
} from '@forge/plugin-api';
import { expect, test } from 'vitest';
import type { Dialogue } from '../src/dialogue.ts';
import { dialogues } from '../src/dialogues.ts';
import { recordingOf } from '../src/recording.ts';
import { checkout } from './checkout.ts';

const committed = new URL('../../../apps/cli/demo/recording.jsonl', import.meta.url);

function dialogue(executionId: string): Dialogue {
  const found = dialogues.find((one) => one.executionId === executionId);
  if (found === undefined) throw new Error(`no dialogue for ${executionId}`);
  return found;
}

function answerOf(executionId: string): unknown {
  return dialogue(executionId)
    .turns.flatMap((turn) => ('answer' in turn ? [turn.answer] : []))
    .at(-1);
}

const plan = planSchema.parse(answerOf('planning/plan/1'));
const findings: readonly Finding[] = reviewOutputSchema.parse(answerOf('review/round-1/1')).findings;

test('the committed recording is what the sources say', () => {
  expect(readFileSync(committed, 'utf8')).toBe(recordingOf(dialogues));
});

test('every line is what the provider reads', () => {
  const [header, ...replies] = recordingOf(dialogues).trimEnd().split('\n');
  recordingHeaderSchema.parse(JSON.parse(header ?? ''));
  const calls = replies.map((line) => recordedReplySchema.parse(JSON.parse(line)).call);
  expect(new Set(calls).size).toBe(calls.length);
  // The number counts the model's replies, whatever tools stand between them.
  expect(calls.filter((call) => call.startsWith('implementation/rate-limiter/'))).toEqual([
    'implementation/rate-limiter/1/1',
    'implementation/rate-limiter/1/2',
    'implementation/rate-limiter/1/3',
  ]);
});

test('every answer fits its schema, and every task is carried out', () => {
  const ids = dialogues.map(({ executionId }) => executionId);
  for (const id of ids.filter((one) => one.startsWith('implementation/'))) {
    implementationOutputSchema.parse(answerOf(id));
  }
  for (const { id } of plan.tasks) expect(ids).toContain(`implementation/${id}/1`);
  expect(reviewOutputSchema.parse(answerOf('review/round-2/1'))).toMatchObject({ approved: true, findings: [] });
});

test('three tasks, of which two are independent and touch other files', () => {
  const [first, second, last] = plan.tasks;
  expect(plan.tasks).toHaveLength(3);
  expect([first?.dependencies, second?.dependencies]).toEqual([[], []]);
  expect(last?.dependencies).toEqual([first?.id, second?.id]);
  expect(first?.files.filter((path) => second?.files.includes(path))).toEqual([]);
});

test.each([
  ['in plan order', ['rate-limiter', 'too-many-requests']],
  ['the other way round', ['too-many-requests', 'rate-limiter']],
])('tests fail before and pass after, independent tasks %s', (_order, independent) => {
  const { play, readFile, test: runTests } = checkout();
  expect(runTests()).toMatchObject({ exitCode: 1, passed: 7, failed: 3 });

  for (const id of independent) expect(play(dialogue(`implementation/${id}/1`))).toMatchObject([{ exitCode: 0 }]);
  expect(play(dialogue('implementation/limit-login/1'))).toMatchObject([
    { exitCode: 1, failed: 3 },
    { exitCode: 0, passed: 14, failed: 0 },
  ]);

  expect(findings).toHaveLength(1);
  for (const { file, line = 0, quote } of findings) expect(readFile(file).split('\n')[line - 1]).toBe(quote);
  expect(play(dialogue('review/round-1/1'))).toEqual([]);
  expect(play(dialogue('implementation/fix-review-1/1'))).toMatchObject([{ exitCode: 0, passed: 15, failed: 0 }]);
  expect(play(dialogue('review/round-2/1'))).toEqual([]);
  expect(runTests()).toMatchObject({ exitCode: 0, passed: 15, failed: 0 });
});

test('the finding is a real fault: without the fix its test fails', () => {
  const { play, test: runTests } = checkout();
  for (const { id } of plan.tasks) play(dialogue(`implementation/${id}/1`));
  const [edits] = dialogue('implementation/fix-review-1/1')
    .turns.flatMap((turn) => ('calls' in turn ? turn.calls : []))
    .filter(({ input }) => input['path'] === 'test/rate-limiter.test.js' && 'edits' in input);
  play({ executionId: 'only the test', turns: [{ say: '', calls: edits === undefined ? [] : [edits] }] });
  expect(runTests()).toMatchObject({ exitCode: 1, failed: 1 });
});
