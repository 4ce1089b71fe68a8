import { describe, expect, it } from 'vitest';
import { createPlainRenderer } from '../../src/render/plain-renderer.ts';
import { plainStyle } from '../../src/render/style.ts';
import { complete, midway, parkedForApproval, started, step, type Step, story } from '../event-story.ts';

function render(...steps: readonly Step[]): string[] {
  const lines: string[] = [];
  const renderer = createPlainRenderer((line) => void lines.push(line), plainStyle);
  for (const event of story(...steps)) renderer.event(event);
  return lines;
}

describe('the plain renderer', () => {
  it('writes a line per change', () => {
    expect(render(...complete)).toEqual([
      '▶ run 01JTESTRUN00000000000RATE1 · branch forge/01JTEST-rate-limiting · budget $2.00 · model anthropic:large',
      '· sandbox bubblewrap (namespace): works here',
      '▶ planning',
      '· plan: limiter-middleware, tests, docs',
      '✔ planning · 3 tasks · 0:41 · $0.06',
      '▶ implementation',
      '▶ limiter-middleware: Limiter',
      '▶ tests: Tests',
      '· limiter-middleware: editing src/mw/limit.ts',
      '· tests: npm test -- limit',
      '· limiter-middleware: merged as dddddddddddd',
      '✔ limiter-middleware: wrote it',
      '· tests: merged as eeeeeeeeeeee',
      '· docs: merged as ffffffffffff',
      '✔ implementation · 3 tasks done · 0:28 · $0.20',
      '▶ review',
      '! high src/limit.ts:12 the window is never reset',
      '✔ fixed: src/limit.ts:12 the window is never reset',
      '✔ review · 1 finding fixed, 0 open · 0:36 · $0.00',
      '▶ testing',
      '✔ tests on the base: 32 passed (npm test)',
      '✔ tests on the result: 41 passed (npm test)',
      '✔ testing · 41 passed (9 new), base 32 passed · 0:06 · $0.00',
      '▶ deployment',
      '✔ git-branch branch: forge/01JTEST-rate-limiting',
      '✔ deployment · branch forge/01JTEST-rate-limiting · 0:01 · $0.00',
      '✔ done: Rate limiting is in',
    ]);
  });

  it('says how a request is answered', () => {
    expect(render(started(), ...parkedForApproval()).slice(1)).toEqual([
      '? Deliver the branch? — forge approve 01JREQUEST',
      '■ waits for your approval',
    ]);
  });

  it('marks every line of a recorded run', () => {
    const lines = render(started({ recorded: true }), ...midway.slice(1));
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => !line.startsWith('▷ REC '))).toEqual([]);
  });

  it('says that uncommitted changes have no part in it', () => {
    const [, remark] = render(started({ base: { commit: 'b', dirty: true } }));
    expect(remark).toBe('! uncommitted changes are left alone: the run starts from the last commit');
  });

  it('shows the past of a resumed run as one line', () => {
    const lines: string[] = [];
    const renderer = createPlainRenderer((line) => void lines.push(line), plainStyle);
    renderer.restore(story(...midway));
    expect(lines).toEqual([
      '· run 01JTESTRUN00000000000RATE1 · branch forge/01JTEST-rate-limiting · $0.26, 61k tokens so far',
    ]);
  });

  it('keeps what it writes on one line', () => {
    const [, line] = render(
      started(),
      step(0, 'agent.progress', { message: 'one\ntwo\u001B[31m' }, { taskId: 'docs' }),
    );
    expect(line).toBe('· docs: one two');
  });
});
