import type { PlanTask } from '@forge/plugin-api';
import type { Run } from '../run/run.ts';
import { workOnChange } from './change.ts';
import { findTests } from './find-tests.ts';
import type { Progress } from './progress.ts';
import { roundsFor } from './rounds.ts';
import { runTests, type TestPlan } from './run-tests.ts';
import { verdictOn } from './test-verdict.ts';
import { testsFailed } from './testing.ts';

/**
 * Looks at a task's change on top of those before it, and answers the commit that may go onto the run's branch.
 * Rejects with TESTS_FAILED when the task breaks the tests and its implementer could not mend that.
 */
export type MergeCheck = (task: PlanTask, candidate: string) => Promise<string>;

/**
 * Runs the project's tests after each merge, so that a failure is known to be of the task that was merged, also where
 * its base moved since it was worked on. Nothing is checked with a single task, which the testing phase looks at, with
 * `testing.afterMerge` off, or where no tests are found.
 */
export function createMergeCheck(run: Run, progress: Progress): MergeCheck {
  const { afterMerge, rounds } = run.deps.config.testing;
  let plan: Promise<TestPlan | undefined> | undefined;

  return async (task, candidate) => {
    if (!afterMerge || progress.plan.tasks.length === 1) return candidate;
    const found = await (plan ??= testPlan(run));
    return found === undefined ? candidate : passing(found, task, candidate);
  };

  async function passing(found: TestPlan, task: PlanTask, first: string): Promise<string> {
    const about = { phase: 'implementation', taskId: task.id } as const;
    const base = await runTests(run, found, 'base', run.workspaces.base.commit, 0, { phase: 'implementation' });
    let candidate = first;
    const most = roundsFor(run, rounds, task.id);
    for (let round = 1; ; round += 1) {
      const result = await runTests(run, found, 'result', candidate, round, about);
      if (verdictOn(base, result) !== 'worse') return candidate;
      if (round > most) throw testsFailed(run, `The tests fail with task "${task.id}"`, result, round);
      const mended = await workOnChange(run, progress, {
        key: `implementation/${task.id}.tests-${round}-${candidate.slice(0, 12)}`,
        task,
        feedback: { findings: [], failedTests: result },
        base: candidate,
        checkout: `tasks/${task.id}.tests`,
      });
      candidate = mended.commit ?? candidate;
    }
  }
}

async function testPlan(run: Run): Promise<TestPlan | undefined> {
  const { commit } = run.workspaces.base;
  const { test, setup } = await findTests(run, 'implementation/tests.detect', {
    base: commit,
    commit,
    branch: run.branch,
    files: [],
  });
  return test && { test, setup };
}
