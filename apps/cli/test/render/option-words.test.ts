import { expect, it } from 'vitest';
import { answerWords, optionLines } from '../../src/render/option-words.ts';
import { verdictWords } from '../../src/render/verdict-words.ts';

const options = [
  { id: '1', label: 'Centimetres' },
  { id: 'in', label: 'Inches' },
];

it('an option has its id beside it where that says more than its number', () => {
  expect(optionLines(options)).toEqual(['1) Centimetres', '2) Inches (in)']);
});

it('an answer is shown in the words of its option, or in its own', () => {
  expect(answerWords('in', options)).toBe('Inches');
  expect(answerWords('per client', options)).toBe('per client');
  const decision = { answer: '1', by: 'ada', channel: 'cli', at: 0 };
  expect(verdictWords(decision, options)).toBe('answered Centimetres by ada');
});
