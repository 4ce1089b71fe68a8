import { describe, expect, it, test } from 'vitest';
import { automationState } from '../../src/automation/automation-state.ts';
import type { RunTally } from '../../src/automation/tally-run.ts';

const good: RunTally = {
  succeeded: true,
  findings: { reported: 2, refused: 0 },
  approvals: { decided: 1, refused: 0 },
  wasHelped: true,
  wasDeployed: true,
  wasRolledBack: false,
};

/** Good runs, of which the first ones are something else. */
function runs(number: number, others: readonly Partial<RunTally>[] = []): readonly RunTally[] {
  return Array.from({ length: number }, (_, index) => ({ ...good, ...others[index] }));
}

function times(number: number, other: Partial<RunTally>): readonly Partial<RunTally>[] {
  return Array.from({ length: number }, () => other);
}

describe('the level that a record speaks for', () => {
  test.each([
    ['no run', [], 1],
    ['49 good runs', runs(49), 1],
    ['50 good runs', runs(50), 2],
    ['95% completed', runs(60, times(3, { succeeded: false })), 2],
    ['less than 95% completed', runs(60, times(4, { succeeded: false })), 1],
    ['19% of the findings refused', runs(50, times(19, { findings: { reported: 2, refused: 1 } })), 2],
    ['20% of the findings refused', runs(50, times(20, { findings: { reported: 2, refused: 1 } })), 1],
    ['4% of the approvals refused', runs(50, times(2, { approvals: { decided: 1, refused: 1 } })), 2],
    ['5% of the approvals refused', runs(60, times(3, { approvals: { decided: 1, refused: 1 } })), 1],
    ['reviews that never found anything', runs(50, times(50, { findings: { reported: 0, refused: 0 } })), 1],
    ['approvals that no person ever decided', runs(50, times(50, { approvals: { decided: 0, refused: 0 } })), 1],
  ] as const)('%s', (_, tallies, available) => {
    expect(automationState(tallies, 1).available).toBe(available);
  });

  it('is never one that needs what nobody knows, whatever the record', () => {
    const state = automationState(runs(10_000), 1);
    expect(state.available).toBe(2);
    const open = state.requirements.filter(({ level, met }) => level === 3 && !met).map(({ metric }) => metric);
    expect(open).toEqual(['missedCriticalBugs', 'averageHumanEditSize']);
    for (const metric of state.metrics.filter(({ name }) => open.includes(name)))
      expect(metric).toMatchObject({ unknown: expect.any(String) });
  });
});

it('the level in force stays what was chosen, below the record and beyond it', () => {
  expect(automationState(runs(50), 0)).toMatchObject({ level: 0, available: 2 });
  expect(automationState([], 4)).toMatchObject({ level: 4, available: 1 });
});

it('a figure says of how many cases it is, or why there is none', () => {
  const { metrics } = automationState(runs(4, times(1, { succeeded: false, wasRolledBack: true })), 1);
  const figures = Object.fromEntries(metrics.map((metric) => [metric.name, metric]));
  expect(figures).toMatchObject({
    totalRuns: { unit: 'count', value: 4 },
    successRate: { unit: 'share', value: 0.75, of: 4 },
    falsePositiveRate: { value: 0, of: 8 },
    humanOverrideRate: { value: 0, of: 4 },
    rollbackRate: { value: 0.25, of: 4 },
    humanInterventionRate: { value: 1, of: 4 },
    productionIncidents: { unknown: expect.any(String) },
  });
});
