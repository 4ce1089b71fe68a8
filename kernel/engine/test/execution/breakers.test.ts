import type { ExecutionState } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { ExecutionBreakers } from '../../src/execution/breakers.ts';

const limits = {
  budgetUsd: 2,
  maxTokens: 1e6,
  maxIterations: 5,
  maxToolCalls: 4,
  maxMinutes: 1,
  maxFailures: 3,
  maxRepeats: 6,
};
const idle: ExecutionState = { costUsd: 0, tokens: 0, iterations: 0, toolCalls: 0, elapsedMs: 0 };

function breakersAt(state: Partial<ExecutionState>) {
  return new ExecutionBreakers(limits, () => ({ ...idle, ...state }));
}

describe('ExecutionBreakers', () => {
  const exactly: [
    string,
    Partial<ExecutionState>,
    Partial<ExecutionState>,
    'beforeModelCall' | 'beforeToolCall',
    string,
  ][] = [
    ['iterations', { iterations: 4 }, { iterations: 5 }, 'beforeModelCall', 'BREAKER_ITERATIONS'],
    ['tool calls', { toolCalls: 3 }, { toolCalls: 4 }, 'beforeToolCall', 'BREAKER_TOOL_CALLS'],
    ['time', { elapsedMs: 59_999 }, { elapsedMs: 60_000 }, 'beforeModelCall', 'BREAKER_TIME'],
  ];
  for (const [name, below, at, check, code] of exactly) {
    it(`fires exactly at the limit of ${name}`, () => {
      breakersAt(below)[check]();
      expect(() => breakersAt(at)[check]()).toThrow(expect.objectContaining({ code }));
      expect(breakersAt(at).check().shouldBreak).toBe(true);
      expect(breakersAt(below).check().shouldBreak).toBe(false);
    });
  }

  it('fires after failures in a row, and a success begins the count anew', () => {
    const breakers = breakersAt({});
    const fail = (key: string) => breakers.afterToolCall({ key, failed: true });
    fail('a');
    fail('b');
    breakers.afterToolCall({ key: 'c', failed: false });
    fail('d');
    fail('e');
    expect(() => fail('f')).toThrow(expect.objectContaining({ code: 'BREAKER_FAILURES' }));
  });

  const loops: Record<string, readonly string[]> = {
    'the same call': ['a'],
    'A-B-A-B': ['a', 'b'],
    'A-B-C': ['a', 'b', 'c'],
  };
  for (const [name, pattern] of Object.entries(loops)) {
    it(`nudges once, then stops ${name} at six repeats`, () => {
      const breakers = breakersAt({});
      const hints: (string | undefined)[] = [];
      const call = (index: number) =>
        hints.push(breakers.afterToolCall({ key: pattern[index % pattern.length] ?? '', failed: false }));
      for (let index = 0; index < pattern.length * 6 - 1; index += 1) call(index);
      expect(hints.filter((hint) => hint !== undefined)).toHaveLength(1);
      expect(() => call(pattern.length * 6 - 1)).toThrow(expect.objectContaining({ code: 'BREAKER_LOOP' }));
    });
  }

  it('never stops forty different edits, nor tests that are run again after each change', () => {
    const breakers = breakersAt({});
    for (let index = 0; index < 40; index += 1) {
      expect(breakers.afterToolCall({ key: `edit ${index}`, failed: false })).toBeUndefined();
      expect(breakers.afterToolCall({ key: `npm test → ${40 - index} failing`, failed: false })).toBeUndefined();
    }
  });
});
