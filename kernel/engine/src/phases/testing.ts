import { forgeError, type PlanTask, type TestEvidence } from '@forge/plugin-api';
import type { Run } from '../run/run.ts';
import { fix, furtherTaskId } from './change.ts';
import type { PhaseResult, Progress } from './progress.ts';
import { changeOf } from './change-of.ts';
import { findTests } from './find-tests.ts';
import { roundsFor } from './rounds.ts';
import { countsOf, verdictOn } from './test-verdict.ts';
import { runTests, type TestPlan } from './run-tests.ts';

/** The engine runs the project's tests on the base and on the result; failures go back to the implementer. */
export async function test(run: Run, progress: Progress): Promise<PhaseResult> {
  const found = await findTests(run, 'testing/detect', await changeOf(run));
  if (found.test === undefined) return { progress, summary: `no tests found: ${found.reason}` };
  const plan: TestPlan = { test: found.test, setup: found.setup };
  const base = await runTests(run, plan, 'base', run.workspaces.base.commit, 0);
  const rounds = roundsFor(run, run.deps.config.testing.rounds, 'phase testing');
  for (let round = 1; ; round += 1) {
    const result = await runTests(run, plan, 'result', await run.workspaces.head(), round);
    if (verdictOn(base, result) !== 'worse') {
      return {
        progress: { ...progress, tests: [base, result] },
        summary: `${countsOf(result)}, base ${countsOf(base)}`,
      };
    }
    if (round > rounds) throw testsFailed(run, 'The tests fail with the change', result, round);
    const task = fixTask(furtherTaskId(progress.plan, `fix-tests-${round}`), result);
    await fix(run, progress, {
      key: `implementation/${task.id}`,
      task,
      feedback: { findings: [], failedTests: result },
    });
  }
}

function fixTask(id: string, result: TestEvidence): PlanTask {
  return {
    id,
    title: 'Make the tests pass',
    goal: `\`${result.command}\` fails with the change so far. Find the cause and fix it in the change; do not weaken, skip or delete tests.`,
    files: [],
    dependencies: [],
    acceptance: [`\`${result.command}\` passes`],
  };
}

export function testsFailed({ id }: Run, what: string, result: TestEvidence, round: number): Error {
  return forgeError('TESTS_FAILED', `${what}: ${countsOf(result)}, after ${round} ${round === 1 ? 'try' : 'tries'}`, {
    where: result.command,
    why: [...namesOf(result), failureLines(result.output)].join('\n'),
    fix: `look at \`forge show\`; forge resume ${id} tries again; set testing.command when it is the wrong one`,
  });
}

function namesOf({ comparison }: TestEvidence): readonly string[] {
  const { names = [] } = comparison?.newlyFailing ?? {};
  return names.length === 0 ? [] : [`newly failing: ${names.slice(0, 5).join('; ')}`];
}

/** What a person looks for first: the lines that tell of a failure, else the end. */
function failureLines(output: string): string {
  const telling = output
    .split('\n')
    .filter((line) =>
      /^\s*(not ok|✖|×|FAIL|FAILED|--- FAIL|ERROR|E  )|\b(Assertion)?Error\b|panicked at|[Ee]xpected/.test(line),
    );
  return telling.length === 0 ? output.slice(-400).trim() : [...new Set(telling)].slice(0, 8).join('\n');
}
