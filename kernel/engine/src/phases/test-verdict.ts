import type { TestEvidence } from '@forge/plugin-api';

/**
 * `passed`: the tests pass. `no-worse`: they failed before and no more of them fail now, so the change is not to
 * blame; the proof says so. `worse`: all else, unclear cases too.
 */
export function verdictOn(base: TestEvidence, result: TestEvidence): 'passed' | 'no-worse' | 'worse' {
  if (result.exitCode === 0) return 'passed';
  const comparable =
    !base.timedOut &&
    !result.timedOut &&
    base.exitCode !== 0 &&
    base.counts.source !== 'exit' &&
    result.counts.source !== 'exit';
  const noWorse = result.counts.failed <= base.counts.failed && result.counts.passed >= base.counts.passed;
  return comparable && noWorse ? 'no-worse' : 'worse';
}

export function countsOf({ counts, exitCode, timedOut }: TestEvidence): string {
  if (timedOut) return 'timed out';
  if (counts.source === 'exit') return exitCode === 0 ? 'passed (not counted)' : 'failed (not counted)';
  return `${counts.passed} passed${counts.failed > 0 ? `, ${counts.failed} failed` : ''}`;
}
