import type { HumanRequest } from '@forge/plugin-api';
import { createScriptedInteraction } from '@forge/testkit/fakes';
import { expect, test } from 'vitest';
import { createTerminalGate } from '../src/terminal-gate.ts';

const request: HumanRequest = {
  id: 'q1',
  runId: 'r1',
  kind: 'approval',
  title: 'Deploy?',
  body: '2 files',
  options: [],
  reason: 'deployment',
  subjectHash: 'abc',
  createdAt: 1,
};
const call = () => ({ signal: new AbortController().signal });

test('shows title and body, with yes and no and nothing else', async () => {
  const interaction = createScriptedInteraction(['approve']);
  await createTerminalGate(interaction).request(request, call());
  expect(interaction.prompts).toEqual([
    {
      title: 'Deploy?',
      body: '2 files',
      options: [
        { id: 'approve', label: 'Approve' },
        { id: 'reject', label: 'Reject' },
      ],
      initial: 'reject',
      freeText: false,
    },
  ]);
});

test('asks why after a no', async () => {
  const interaction = createScriptedInteraction(['reject', '  too risky ']);
  expect(await createTerminalGate(interaction).request(request, call())).toEqual({
    approved: false,
    reason: 'too risky',
    subjectHash: 'abc',
  });
  expect(interaction.prompts).toHaveLength(2);
});

test('whatever is neither yes nor declined is no', async () => {
  for (const answer of ['yes', '', 'Approve']) {
    const interaction = createScriptedInteraction([answer, undefined]);
    expect(await createTerminalGate(interaction).request(request, call())).toMatchObject({ approved: false });
  }
});

test('an empty answer to a question is none', async () => {
  const interaction = createScriptedInteraction(['  ']);
  const question = { ...request, kind: 'question' as const };
  expect(await createTerminalGate(interaction).request(question, call())).toBeUndefined();
});
