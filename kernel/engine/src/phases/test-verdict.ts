import type { TestEvidence } from '@forge/plugin-api';

export type TestVerdict = 'passed' | 'flaky' | 'no-worse' | 'worse';

/**
 * `passed`: the tests pass. `flaky`: they failed, and passed when they were run again on the same commit. `no-worse`:
 * they failed before and no more of them fail now, so the change is not to blame. `worse`: all else, unclear cases too.
 */
export function verdictOn(base: TestEvidence, result: TestEvidence): TestVerdict {
  if ((result.comparison?.newlyFailing.count ?? 0) > 0) return 'worse';
  if (result.exitCode === 0) return 'passed';
  if (base.timedOut || result.timedOut) return 'worse';
  if (result.rerun?.exitCode === 0) return 'flaky';
  if (base.exitCode === 0 || base.counts.source === 'exit' || result.counts.source === 'exit') return 'worse';
  const isNoWorse =
    failing(result) <= failing(base) && (result.comparison !== undefined || result.counts.passed >= base.counts.passed);
  return isNoWorse ? 'no-worse' : 'worse';
}

/** Those that fail whenever they are run. */
function failing({ counts, rerun }: TestEvidence): number {
  return counts.failed - (rerun?.flaky.count ?? 0);
}

export function countsOf({ counts, exitCode, timedOut, rerun }: TestEvidence): string {
  if (timedOut) return 'timed out';
  const again = rerun?.exitCode === 0 ? ', passed when run again' : '';
  if (counts.source === 'exit') return `${exitCode === 0 ? 'passed' : 'failed'} (not counted)${again}`;
  return `${counts.passed} passed${counts.failed > 0 ? `, ${counts.failed} failed` : ''}${again}`;
}
