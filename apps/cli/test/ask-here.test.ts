import type { HumanRequest, Prompt } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { askHere } from '../src/ask-here.ts';

const request: HumanRequest = {
  id: 'r',
  runId: 'x',
  kind: 'approval',
  title: 'Deliver it?',
  body: 'a branch',
  options: [],
  reason: 'deployment',
  subjectHash: 'hash',
  createdAt: 1,
};
const options = [{ id: 'metres', label: 'Metres' }];

it.each([
  ['a yes', {}, 'approve', { approved: true }],
  ['a no', {}, 'reject', { approved: false }],
  ['nobody there', {}, undefined, undefined],
  ['an option', { kind: 'question', options }, 'metres', { answer: 'metres' }],
  ['own words', { kind: 'question' }, '  by hand ', { answer: 'by hand' }],
  ['no words', { kind: 'question' }, '  ', undefined],
] as const)('%s', async (_, more, given, expected) => {
  const prompts: Prompt[] = [];
  const ask = async (prompt: Prompt): Promise<string | undefined> => {
    prompts.push(prompt);
    return given;
  };
  expect(await askHere({ interactive: true, ask }, { ...request, ...more } as HumanRequest)).toEqual(expected);
  expect(prompts).toMatchObject([{ title: 'Deliver it?', body: 'a branch' }]);
  // Enter alone approves nothing.
  if (prompts[0]?.options?.some(({ id }) => id === 'approve')) expect(prompts[0].initial).toBe('reject');
});
