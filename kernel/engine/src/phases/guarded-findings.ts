import type { Change, Finding, PhaseName, TestEvidence } from '@forge/plugin-api';
import { sameFinding } from '../run/run-state.ts';
import type { Run } from '../run/run.ts';
import { lostTests } from './lost-tests.ts';
import { protectedFindings } from './protected-paths.ts';
import { changedTestScripts } from './test-scripts.ts';

export interface GuardedFindings {
  /** Changes to that by which a change is judged. */
  readonly files: readonly Finding[];
  /** Tests that are gone or skipped. */
  readonly tests: readonly Finding[];
}

/** What the engine has seen itself and what only a person can say yes to. */
export async function guardedFindings(
  run: Run,
  change: Change,
  [base, result]: readonly TestEvidence[],
): Promise<GuardedFindings> {
  const before = await run.workspaces.listFiles(change.base);
  const files = [
    ...protectedFindings(change, before, run.deps.config.review.protectedPaths),
    ...(await changedTestScripts(change, (commit, path) => run.workspaces.readFile(commit, path))),
  ];
  return { files, tests: lostTests(base, result, before) };
}

/** Tells of findings that are not in the log yet. */
export async function tellFindings(run: Run, findings: readonly Finding[], phase: PhaseName): Promise<void> {
  for (const finding of findings) {
    if (run.state.findings.some((known) => sameFinding(known.finding, finding))) continue;
    await run.events.emit('finding.detected', { finding, round: 0 }, { phase });
  }
}
