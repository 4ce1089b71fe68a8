import type { NamedTests, TestComparison } from '@forge/plugin-api';
import type { TestCase } from './test-case.ts';

const mostNames = 50;

/** What became of each test. Flaky ones are neither failing nor newly passing: they are told of on their own. */
export function compareTests(base: readonly TestCase[], result: readonly TestCase[]): TestComparison {
  const [before, now] = [base, result].map((cases) => new Map(cases.map(({ name, status }) => [name, status]))) as [
    Map<string, TestCase['status']>,
    Map<string, TestCase['status']>,
  ];
  const nowIs = (status: TestCase['status'], fits: (was: TestCase['status'] | undefined) => boolean) =>
    named([...now].flatMap(([name, is]) => (is === status && fits(before.get(name)) ? [name] : [])));
  return {
    newlyFailing: nowIs('failed', (was) => was !== 'failed'),
    newlyPassing: nowIs('passed', (was) => was !== 'passed' && was !== 'flaky'),
    stillFailing: nowIs('failed', (was) => was === 'failed'),
    removed: named([...before.keys()].filter((name) => !now.has(name))),
    newlySkipped: nowIs('skipped', (was) => was !== undefined && was !== 'skipped'),
  };
}

/** The cases of a first run that failed, with what a second one said of them. */
export function withSecondLook(first: readonly TestCase[], second: readonly TestCase[]): readonly TestCase[] {
  const again = new Map(second.map(({ name, status }) => [name, status]));
  return first.map((found) => {
    const both = new Set([found.status, again.get(found.name)]);
    return both.has('failed') && both.has('passed') ? { ...found, status: 'flaky' } : found;
  });
}

export function named(names: readonly string[]): NamedTests {
  return { count: names.length, names: names.slice(0, mostNames) };
}
