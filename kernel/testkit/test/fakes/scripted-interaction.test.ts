import { expect, test } from 'vitest';
import { createScriptedInteraction, noAnswer } from '../../src/fakes/index.ts';

const signal = () => new AbortController().signal;

test('answers in order, remembers what was asked, and says when the script is over', async () => {
  const person = createScriptedInteraction(['yes', undefined, async ({ title }) => `about ${title}`]);
  expect(await person.ask({ title: 'one' }, signal())).toBe('yes');
  expect(await person.ask({ title: 'two' }, signal())).toBeUndefined();
  expect(await person.ask({ title: 'three' }, signal())).toBe('about three');
  await expect(person.ask({ title: 'four' }, signal())).rejects.toThrow('"four"');
  expect(person.prompts.map(({ title }) => title)).toEqual(['one', 'two', 'three', 'four']);
});

test('who does not answer is left when the signal aborts', async () => {
  const abort = new AbortController();
  const reason = new Error('answered elsewhere');
  const asking = createScriptedInteraction([noAnswer]).ask({ title: 'one' }, abort.signal);
  abort.abort(reason);
  await expect(asking).rejects.toBe(reason);
});
