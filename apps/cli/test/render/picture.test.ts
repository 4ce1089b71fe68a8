import { describe, expect, it } from 'vitest';
import { viewOf } from '../../src/render/fold-run.ts';
import { drawRun } from '../../src/render/picture.ts';
import { plainStyle } from '../../src/render/style.ts';
import { textWidth } from '../../src/render/text-width.ts';
import { begun, complete, doing, midway, started, startedAt, step, type Step, story, tested } from '../event-story.ts';

const settings = {
  now: startedAt + 120_000,
  style: plainStyle,
  columns: 80,
  rows: 24,
  hint: 'Ctrl-C stops after a checkpoint',
};
const draw = (steps: readonly Step[], changes: Partial<typeof settings> = {}): string =>
  drawRun(viewOf(story(...steps)), { ...settings, ...changes }).join('\n');

describe('the picture of a run', () => {
  it('shows phases, what is under way, what is to come, and what it cost', () => {
    expect(draw([...midway])).toBe(
      `forge 0.1.0 · run 01JTESTRUN00000000000RATE1
  branch forge/01JTEST-rate-limiting · budget $2.00 · model anthropic:large
  sandbox bubblewrap (namespace)
  ✔ planning        3 tasks                                       0:41     $0.06
  ▶ implementation  2 running · 1 waiting                         1:19     $0.20
      ▶ limiter-middleware  implementer   editing src/mw/limit.ts          $0.11
      ▶ tests               implementer   npm test -- limit                $0.09
      ○ docs                waits for limiter-middleware
  ○ review   ○ testing   ○ deployment (needs your approval)
  $0.26 of $2.00 · 61k tokens · 2:00 · Ctrl-C stops after a checkpoint`,
    );
  });

  it('ends with what was seen, not with what was claimed', () => {
    const lines = draw([...complete], { now: startedAt + 9_999_000, hint: '' })
      .split('\n')
      .slice(3);
    expect(lines).toEqual([
      '  ✔ planning        3 tasks                                       0:41     $0.06',
      '  ✔ implementation  3 tasks done                                  0:28     $0.20',
      '  ✔ review          1 finding fixed, 0 open                       0:36     $0.00',
      '  ✔ testing         41 passed (9 new), base 32 passed             0:06     $0.00',
      '  ✔ deployment      branch forge/01JTEST-rate-limiting            0:01     $0.00',
      '  $0.26 of $2.00 · 61k tokens · 1:53',
    ]);
  });

  it('gives no tick to tests that fail, even where they failed before', () => {
    const testing = [
      step(0, 'phase.entered', { phase: 'testing' }),
      tested('base', 31, 1),
      tested('result', 40, 1),
      step(0, 'phase.completed', { phase: 'testing', summary: 'no worse' }),
    ];
    expect(draw([...midway, ...testing])).toContain('  ! testing         1 failed, 40 passed (9 new), base 1 fail');
  });

  it('marks every line of a recorded run', () => {
    const lines = draw([started({ recorded: true }), ...midway.slice(1)]).split('\n');
    expect(lines.filter((line) => !line.startsWith('▷ REC '))).toEqual([]);
  });

  it.each([40, 80, 200])('never gets wider than %i columns', (columns) => {
    const wide = doing('i1', '読む'.repeat(100), { taskId: 'limiter-middleware' });
    for (const line of draw([...midway, wide], { columns }).split('\n'))
      expect(textWidth(line)).toBeLessThanOrEqual(columns);
  });

  it('keeps what runs when there are too few rows', () => {
    const lines = draw([...midway], { rows: 10 }).split('\n');
    expect(lines.join('\n')).toContain('▶ limiter-middleware');
    expect(lines.join('\n')).toContain('… and 2 more');
    expect(lines.length).toBeLessThanOrEqual(9);
  });

  it('lets no escape sequence of a model or tool through', () => {
    const picture = draw([
      ...midway,
      doing('i1', 'evil \u001B[2J\u001B]0;title\u0007 \r\n end', { taskId: 'limiter-middleware' }),
    ]);
    expect(picture).toContain('evil end');
    expect(picture).not.toContain('\u001B');
  });

  it('shows a fix under the phase that asked for it', () => {
    const picture = draw([
      ...complete.slice(0, -10),
      step(0, 'phase.entered', { phase: 'review' }),
      begun('f1', 'implementer', 'implementation', 'fix-review-1'),
      doing('f1', 'editing src/limit.ts', { taskId: 'fix-review-1' }),
    ]);
    expect(picture).toMatch(/▶ review .*\n {6}▶ implementer +editing src\/limit\.ts/);
  });
});
