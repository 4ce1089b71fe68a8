import { describe, expect, it, test } from 'vitest';
import { tallyRun } from '../../src/automation/tally-run.ts';
import { completed, decided, failed, runOf, type Told, worked } from './run-story.ts';

const resumed: Told = ['run.resumed', { owner: 'o', fence: 2 }];
const nothing = { reported: 0, refused: 0 };

describe('what a run tells', () => {
  it('is whether it succeeded, what was refused, and whether a person had to help', () => {
    const events = runOf([
      worked,
      ['finding.detected', {}, 'review'],
      ['finding.rejected', {}, 'review'],
      // The engine's own are not the reviewer's.
      ['finding.detected', {}, 'deployment'],
      decided({ approved: true }),
      ['deployment.stage', {}],
      completed,
    ]);
    expect(tallyRun(events)).toEqual({
      succeeded: true,
      findings: { reported: 2, refused: 1 },
      approvals: { decided: 1, refused: 0 },
      wasHelped: true,
      wasDeployed: true,
      wasRolledBack: false,
    });
  });

  test.each([
    ['--yes', decided({ approved: true, by: 'policy:--yes', channel: 'policy' })],
    ['a level without an answer in time', decided({ approved: false, by: 'timeout' })],
    ['a request that another one replaced', decided({ by: 'kernel', channel: 'kernel', supersededBy: 'r2' })],
    ['an assumption', decided({ answer: 'yes', by: 'timeout', channel: 'assumption' })],
  ])('%s is no word of a person', (_, decision) => {
    expect(tallyRun(runOf([worked, decision, completed]))).toMatchObject({
      approvals: { decided: 0, refused: 0 },
      wasHelped: false,
    });
  });

  test.each([
    ['an approval with a no', decided({ approved: false }), { decided: 1, refused: 1 }],
    ['an answer to a question', decided({ answer: 'blue' }), { decided: 0, refused: 0 }],
  ])('%s is one', (_, decision, approvals) => {
    expect(tallyRun(runOf([worked, decision, failed]))).toMatchObject({ approvals, wasHelped: true });
  });

  it('is that it failed, until it was gone on with and completed', () => {
    expect(tallyRun(runOf([worked, failed]))).toMatchObject({ succeeded: false });
    expect(tallyRun(runOf([worked, failed, resumed]))).toBeUndefined();
    expect(tallyRun(runOf([worked, failed, resumed, completed]))).toMatchObject({ succeeded: true });
  });

  it('is that it failed when it did before any work, or was discarded', () => {
    expect(tallyRun(runOf([failed]))).toMatchObject({ succeeded: false });
    expect(tallyRun(runOf([worked, ['run.discarded', { by: 'ada' }]]))).toMatchObject({ succeeded: false });
  });

  it('is that what was deployed was rolled back', () => {
    const events = runOf([worked, ['deployment.rolledback', {}], failed]);
    expect(tallyRun(events)).toMatchObject({ wasDeployed: true, wasRolledBack: true });
  });

  it('is not what a fork took over of a review', () => {
    const events = runOf([['finding.rejected', {}, 'review'], worked, completed], { forkedFrom: { runId: 'other' } });
    expect(tallyRun(events)).toMatchObject({ succeeded: true, findings: nothing });
  });
});

test.each([
  ['is under way', runOf([worked])],
  ['is parked', runOf([worked, ['run.parked', { reason: 'approval' }]])],
  ['played a recording', runOf([worked, completed], { recorded: true })],
  ['was complete with its plan', runOf([['phase.entered', { phase: 'planning' }], completed])],
])('a run that %s tells nothing', (_, events) => {
  expect(tallyRun(events)).toBeUndefined();
});
