import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/execution/budget.ts';
import { ExecutionBreakers } from '../../src/execution/breakers.ts';

const limits = { maxMinutes: 1, maxFailures: 3, maxRepeats: 6 };

function breakersAt({ elapsedMs = 0, iterations = 0, costUsd = 0 }) {
  const budget = new Budget({
    name: 'the execution',
    limits: { iterations: { max: 5, setting: 'safety.maxIterations' }, usd: { max: 1, setting: 'safety.budgetUsd' } },
    spent: { iterations, usd: costUsd, tokens: 7 },
  });
  return new ExecutionBreakers({ limits, budget, elapsedMs: () => elapsedMs });
}

describe('ExecutionBreakers', () => {
  it('fires exactly at the limit of time', () => {
    breakersAt({ elapsedMs: 59_999 }).beforeCall();
    expect(() => breakersAt({ elapsedMs: 60_000 }).beforeCall()).toThrow(
      expect.objectContaining({ code: 'BREAKER_TIME' }),
    );
  });

  it('tells an agent what it has used and which limit leaves nothing', () => {
    expect(breakersAt({ costUsd: 0.5 }).state).toEqual({
      costUsd: 0.5,
      tokens: 7,
      iterations: 0,
      toolCalls: 0,
      elapsedMs: 0,
    });
    const broken = (state: Parameters<typeof breakersAt>[0]) => breakersAt(state).check().breaker;
    expect(broken({ elapsedMs: 59_999, iterations: 4, costUsd: 0.99 })).toBeUndefined();
    expect(broken({ elapsedMs: 60_000 })).toBe('time');
    expect(broken({ iterations: 5 })).toBe('iterations');
    expect(broken({ costUsd: 1 })).toBe('cost');
  });

  it('fires after failures in a row, and a success begins the count anew', () => {
    const breakers = breakersAt({});
    const fail = (key: string) => breakers.afterToolCall({ tool: 'shell', key, failed: true });
    fail('a');
    fail('b');
    breakers.afterToolCall({ tool: 'shell', key: 'c', failed: false });
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
        hints.push(
          breakers.afterToolCall({ tool: 'fs_read', key: pattern[index % pattern.length] ?? '', failed: false }),
        );
      for (let index = 0; index < pattern.length * 6 - 1; index += 1) call(index);
      expect(hints.filter((hint) => hint !== undefined)).toHaveLength(1);
      expect(() => call(pattern.length * 6 - 1)).toThrow(
        expect.objectContaining({
          code: 'BREAKER_LOOP',
          details: expect.objectContaining({
            why: `it called ${pattern.map(() => 'fs_read').join(', then ')}, each time with the same input`,
          }),
        }),
      );
    });
  }

  it('never stops forty different edits, nor tests that are run again after each change', () => {
    const breakers = breakersAt({});
    for (let index = 0; index < 40; index += 1) {
      expect(breakers.afterToolCall({ tool: 'shell', key: `edit ${index}`, failed: false })).toBeUndefined();
      expect(
        breakers.afterToolCall({ tool: 'shell', key: `npm test → ${40 - index} failing`, failed: false }),
      ).toBeUndefined();
    }
  });
});
