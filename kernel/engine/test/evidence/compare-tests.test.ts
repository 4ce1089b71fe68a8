import { describe, expect, it } from 'vitest';
import { compareTests, named, withSecondLook } from '../../src/evidence/compare-tests.ts';
import type { TestCase } from '../../src/evidence/test-case.ts';

const cases = (all: Record<string, TestCase['status']>): readonly TestCase[] =>
  Object.entries(all).map(([name, status]) => ({ name, status }));

describe('compareTests', () => {
  it('tells apart what became of each test', () => {
    const base = cases({ a: 'passed', b: 'failed', c: 'failed', d: 'passed', e: 'passed', f: 'skipped', g: 'skipped' });
    const result = cases({
      a: 'failed',
      b: 'passed',
      c: 'failed',
      e: 'skipped',
      f: 'passed',
      g: 'skipped',
      new: 'passed',
      bad: 'failed',
      off: 'skipped',
    });
    expect(compareTests(base, result)).toEqual({
      newlyFailing: named(['a', 'bad']),
      newlyPassing: named(['b', 'f', 'new']),
      stillFailing: named(['c']),
      removed: named(['d']),
      newlySkipped: named(['e']),
    });
  });

  it('counts a flaky test neither as failing nor as newly passing', () => {
    const { newlyFailing, newlyPassing, stillFailing } = compareTests(
      cases({ a: 'passed' }),
      cases({ a: 'flaky', b: 'flaky' }),
    );
    expect([newlyFailing, newlyPassing, stillFailing].map(({ count }) => count)).toEqual([0, 0, 0]);
  });

  it('blames the change for what fails twice, flaky before or not', () => {
    expect(compareTests(cases({ a: 'flaky' }), cases({ a: 'failed' })).newlyFailing.names).toEqual(['a']);
  });

  it('counts all and names the first', () => {
    const found = named(Array.from({ length: 60 }, (_, index) => `test ${index}`));
    expect([found.count, found.names.length]).toEqual([60, 50]);
  });
});

describe('withSecondLook', () => {
  it('calls flaky what failed one time and passed the other', () => {
    const first = cases({ a: 'failed', b: 'failed', c: 'passed', d: 'passed', e: 'failed', f: 'skipped' });
    const second = cases({ a: 'passed', b: 'failed', c: 'failed', d: 'passed', f: 'skipped' });
    expect(withSecondLook(first, second)).toEqual(
      cases({ a: 'flaky', b: 'failed', c: 'flaky', d: 'passed', e: 'failed', f: 'skipped' }),
    );
  });
});
