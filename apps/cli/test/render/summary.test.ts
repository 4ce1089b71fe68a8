import { forgeError } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { viewOf } from '../../src/render/fold-run.ts';
import { plainStyle } from '../../src/render/style.ts';
import { drawSummary } from '../../src/render/summary.ts';
import {
  approvalRequest,
  complete,
  midway,
  parkedForApproval,
  planned,
  started,
  step,
  type Step,
  story,
} from '../event-story.ts';

const settings = { style: plainStyle, columns: 120 };
const summary = (...steps: readonly Step[]): string => drawSummary(viewOf(story(...steps)), settings);

describe('the summary of a run', () => {
  it('says what was done, how it was proven, and what to do next', () => {
    expect(summary(...complete)).toBe(`✔ Done in 1:53 · $0.26 · 2 files changed, +118 −4
  Review   1 finding fixed, 0 open                 Tests    41 passed (9 new), base 32 passed
  Branch   forge/01JTEST-rate-limiting             Diff     git diff main...forge/01JTEST-rate-limiting
  Next     git merge forge/01JTEST-rate-limiting   or       forge show 01JTESTRUN00000000000RATE1 --diff`);
  });

  it('puts one thing on a line where two do not fit', () => {
    const text = drawSummary(viewOf(story(...complete)), { ...settings, columns: 80 });
    expect(text.split('\n')).toHaveLength(7);
    expect(text).toContain('\n  Tests    41 passed (9 new), base 32 passed\n');
  });

  it('says that no tests were found', () => {
    const events = story(...complete).filter(({ type }) => type !== 'tests.ran');
    expect(drawSummary(viewOf(events), settings)).toMatch(/Tests {4}none were found\n/);
  });

  it('marks every line of a recorded run', () => {
    const lines = summary(started({ recorded: true }), ...complete.slice(1)).split('\n');
    expect(lines.filter((line) => !line.startsWith('▷ REC '))).toEqual([]);
  });

  it('says how a run that waits for approval goes on', () => {
    expect(summary(...midway, ...parkedForApproval())).toBe(`■ Waits for your approval · 0:48 · $0.26
  Asked    Deliver the branch?
  See      forge show 01JTESTRUN00000000000RATE1 --diff
  Yes      forge approve 01JREQUEST
  No       forge reject 01JREQUEST --reason "…"
  Then     forge resume 01JTESTRUN00000000000RATE1
  or       forge discard 01JTESTRUN00000000000RATE1`);
  });

  it.each([
    ['protected-files', /Why {6}protected files are changed: changes \.npmrc; 2 files\n/],
    ['high-risk', /Why {6}the risk is high: changes \.npmrc; 2 files\n/],
  ])('says why a person has to decide on %s', (reason, expected) => {
    const reasons = ['changes .npmrc', '2 files'];
    const text = summary(
      ...midway,
      step(1, 'deployment.decided', { risk: 'high', strategy: 'manual', requireApproval: true, notify: true, reasons }),
      step(1, 'request.opened', { request: { ...approvalRequest, options: [], reason } }),
      step(0, 'run.parked', { reason: 'approval', detail: 'x', requestId: approvalRequest.id }),
    );
    expect(text).toMatch(expected);
  });

  it.each([
    ['stopped', /Next {5}forge resume 01JTESTRUN/],
    ['budget', /Next {5}forge resume 01JTESTRUN00000000000RATE1 --budget 4\.00/],
    ['disk-full', /Next {5}free some space, then forge resume/],
    ['quota', /Next {5}forge resume 01JTESTRUN00000000000RATE1, from \d{4}-\d\d-\d\d/],
  ] as const)('says how a run that parked for %s goes on', (reason, expected) => {
    const text = summary(started(), step(1, 'run.parked', { reason, detail: 'x', wakeAt: 1_764_000_100_000 }));
    expect(text).toMatch(expected);
  });

  it('says why a run failed and what helps', () => {
    const view = viewOf(story(started(), step(5, 'run.failed', { code: 'TESTS_FAILED', message: 'Two tests fail' })));
    const error = forgeError('TESTS_FAILED', 'Two tests fail', {
      where: 'test/a.test.ts',
      fix: 'raise testing.rounds',
    });
    expect(drawSummary(view, settings, error)).toBe(`✖ Two tests fail [TESTS_FAILED] · 0:05 · $0.00
  Where    test/a.test.ts
  Fix      raise testing.rounds
  See      forge show 01JTESTRUN00000000000RATE1
  or       forge logs 01JTESTRUN00000000000RATE1
  Next     forge resume 01JTESTRUN00000000000RATE1
  or       forge discard 01JTESTRUN00000000000RATE1`);
  });

  it.each(['GATE_REJECTED', 'NOTHING_CHANGED'])(
    'does not advise to go on after %s, which would end so again',
    (code) => {
      const text = summary(started(), step(5, 'run.failed', { code, message: 'No' }));
      expect(text).not.toContain('forge resume');
      expect(text).toMatch(/Next {5}forge discard 01JTESTRUN\w+\n {2}or {7}forge run /);
    },
  );

  it('says what a run that only planned came to', () => {
    const text = summary(started(), planned(), step(1, 'run.completed', { summary: 'planned', proof: '' }));
    expect(text).toBe(`✔ Done in 0:02 · $0.00 · plan of 3 tasks
  Plan     forge show 01JTESTRUN00000000000RATE1 --plan   Next     forge fork 01JTESTRUN00000000000RATE1`);
  });
});
