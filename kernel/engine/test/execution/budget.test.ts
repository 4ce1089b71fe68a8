import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budget, type Amounts, type Reservation } from '../../src/execution/budget.ts';

const limit = (max: number, setting = 'safety.budgetUsd') => ({ max, setting });
const broken = (code: string) => expect.objectContaining({ code });

function runBudget(usd: number, tokens = 1e9, spent: Amounts = {}) {
  return new Budget({ name: 'the run', limits: { usd: limit(usd), tokens: limit(tokens, 'safety.maxTokens') }, spent });
}

describe('Budget', () => {
  it('refuses a call whose worst case would pass the limit, and says what to do', () => {
    const budget = runBudget(1, 1e9, { usd: 0.95 });
    expect(() => budget.reserve({ usd: 0.06, tokens: 1 })).toThrow(broken('BREAKER_COST'));
    budget.reserve({ usd: 0.05, tokens: 1 });
  });

  it('counts tokens where the price is unknown', () => {
    const budget = runBudget(1, 100);
    budget.reserve({ usd: undefined, tokens: 100 });
    expect(() => budget.reserve({ usd: undefined, tokens: 1 })).toThrow(broken('BREAKER_TOKENS'));
  });

  it('books what was really used, once, and lets the rest be used by others', () => {
    const budget = runBudget(1);
    const reservation = budget.reserve({ usd: 0.9, tokens: 10 });
    expect(() => budget.reserve({ usd: 0.2 })).toThrow(broken('BREAKER_COST'));
    reservation.commit({ usd: 0.3, tokens: 4 });
    reservation.commit({ usd: 0.3, tokens: 4 });
    reservation.release();
    expect(budget.spent).toMatchObject({ usd: 0.3, tokens: 4 });
    expect(budget.reserved).toMatchObject({ usd: 0, tokens: 0 });
    budget.reserve({ usd: 0.7 });
  });

  it('sums money exactly, in whatever order', () => {
    const budget = runBudget(1);
    for (let call = 0; call < 10; call += 1) budget.reserve({ usd: 0.1 }).commit({ usd: 0.1 });
    expect(budget.spent.usd).toBe(1);
    expect(() => budget.reserve({ usd: 0.000000001 })).toThrow(broken('BREAKER_COST'));
  });
});

describe('a tree of budgets', () => {
  it('never lets a child take what its parent does not have, however high its own limit', () => {
    const run = runBudget(1);
    const [one, two] = ['one', 'two'].map((name) => run.child({ name, limits: { usd: limit(5) } }));
    one?.reserve({ usd: 0.6 });
    expect(() => two?.reserve({ usd: 0.6 })).toThrow(/the run/);
    two?.reserve({ usd: 0.4 });
  });

  it('stops a child at its own limit and leaves the rest to the others', () => {
    const run = runBudget(1);
    const phase = run.child({ name: 'the phase', limits: { usd: limit(0.5, 'safety.phase.budgetUsd') } });
    const task = phase.child({ name: 'the task a', limits: {} });
    task.reserve({ usd: 0.5 }).commit({ usd: 0.5 });
    expect(() => task.reserve({ usd: 0.01 })).toThrow(/the phase/);
    expect(run.spent.usd).toBe(0.5);
    run.child({ name: 'another', limits: {} }).reserve({ usd: 0.5 });
  });

  it('reserves nothing anywhere when one of its limits refuses', () => {
    const run = runBudget(1);
    const child = run.child({ name: 'a task', limits: { iterations: limit(0, 'safety.maxIterations') } });
    expect(() => child.reserve({ usd: 0.5, iterations: 1 })).toThrow(broken('BREAKER_ITERATIONS'));
    expect(run.reserved.usd).toBe(0);
  });

  for (const resource of ['usd', 'tokens', 'iterations', 'toolCalls'] as const) {
    it(`fires exactly at the limit of ${resource}, in the root and in a child`, () => {
      for (const where of ['root', 'child'] as const) {
        const limits = { [resource]: limit(3) };
        const root = new Budget({ name: 'the run', limits: where === 'root' ? limits : {} });
        const child = root.child({ name: 'a child', limits: where === 'child' ? limits : {} });
        for (let call = 0; call < 3; call += 1) {
          expect(child.exhausted()).toBeUndefined();
          child.reserve({ [resource]: 1 }).commit({ [resource]: 1 });
        }
        expect(child.exhausted()).toMatchObject({ resource });
        expect(() => child.reserve({ [resource]: 1 })).toThrow();
      }
    });
  }

  it('never lets spent and reserved together pass any limit, in whatever order calls begin and end', () => {
    const step = fc.record({
      child: fc.integer({ min: 0, max: 3 }),
      worst: fc.integer({ min: 1, max: 40 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      ends: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const run = runBudget(100);
        const children = [0, 1, 2, 3].map((index) => run.child({ name: `${index}`, limits: { usd: limit(40) } }));
        const open: { reservation: Reservation; usd: number }[] = [];
        for (const { child, worst: usd, share, ends } of steps) {
          try {
            const reservation = children[child]?.reserve({ usd, tokens: 1 });
            if (reservation) open.push({ reservation, usd: usd * share });
          } catch {
            // Refused: nothing is reserved.
          }
          const held = (node: Budget) => node.spent.usd + node.reserved.usd;
          expect(held(run)).toBeLessThanOrEqual(100);
          for (const node of children) expect(held(node)).toBeLessThanOrEqual(40);
          expect(held(run)).toBeCloseTo(
            children.reduce((sum, node) => sum + held(node), 0),
            6,
          );
          const ended = ends ? open.shift() : undefined;
          ended?.reservation.commit({ usd: ended.usd, tokens: 1 });
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
