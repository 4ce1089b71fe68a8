import { type CommandResult, type TestCommand, type TestEvidence, type TestingOutput } from '@forge/plugin-api';
import { compareTests, named, withSecondLook } from '../evidence/compare-tests.ts';
import { recallCases, storeCases } from '../evidence/stored-cases.ts';
import type { TestCase } from '../evidence/test-case.ts';
import { lookAtTests, type Look } from './look-at-tests.ts';
import type { EventMeta } from '../log/event-log.ts';
import { maskJson } from '../log/mask-json.ts';
import type { Run } from '../run/run.ts';
import { runTimeLimit } from '../run/time-limit.ts';
import { runOnBench, type TestBench } from './test-bench.ts';

export interface TestPlan extends Pick<TestingOutput, 'setup'> {
  readonly test: TestCommand;
}

/** Kept of the output with the evidence, in characters; the hash is over all of it. */
const keptOutput = 8_000;
/**
 * Runs the project's tests on a commit, in a checkout and with a home that nobody used before, and records what was
 * seen; a result is compared with `base`. Tests that fail are run once more. Those that ran on that commit before are
 * not run again.
 */
export async function runTests(
  run: Run,
  plan: TestPlan,
  on: TestEvidence['on'],
  commit: string,
  round: number,
  about: Pick<EventMeta, 'phase' | 'taskId'> = { phase: 'testing' },
): Promise<TestEvidence> {
  const known = run.state.tests[`${on}@${commit}`];
  if (known !== undefined) return known;
  run.beforeStep();
  const [checkout, place] = await Promise.all([
    run.workspaces.checkout(`test-${on}`, commit, { fresh: true }),
    run.processes.freshPlace(`test-${on}`),
  ]);
  const limit = runTimeLimit(run);
  const signal = AbortSignal.any([run.signal, limit.signal]);
  const bench = { run, commit, place, workspace: checkout.path, marker: `${run.id}/testing/${on}`, signal };
  try {
    const evidence = await gather(bench, plan, on);
    run.deps.crashPoint('tests.ran');
    await run.events.emit('tests.ran', { evidence, round }, { ...about, durationMs: evidence.durationMs });
    return evidence;
  } finally {
    limit.end();
    await run.processes.reap(bench.marker);
  }
}

async function gather(bench: TestBench, plan: TestPlan, on: TestEvidence['on']): Promise<TestEvidence> {
  const { run, commit } = bench;
  const first = (await prepare(bench, plan.setup)) ?? (await lookAtTests(bench, plan.test));
  const { result, command } = first;
  // What did not end in time would not end in time again, and a failing set-up says nothing about tests.
  const second =
    hasFailed(first) && command === plan.test && !result.timedOut
      ? await lookAtTests(bench, plan.test, first.reporter)
      : undefined;
  const names = first.cases && second?.cases ? withSecondLook(first.cases, second.cases) : first.cases;
  // As the base's were before they were stored.
  const cases = names && maskJson(names, run.deps.mask);
  const before = on === 'result' ? await casesOfBase(run) : undefined;
  return {
    on,
    commit,
    command: command.command.join(' '),
    ...exitCodeOf(result),
    timedOut: result.timedOut,
    counts: first.counts,
    durationMs: result.durationMs,
    outputHash: result.outputHash,
    output: capped(result.output),
    ...(cases === undefined ? {} : { cases: await storeCases(run.store, cases) }),
    ...(second === undefined ? {} : { rerun: rerunOf(second, cases ?? []) }),
    ...(cases === undefined || before === undefined ? {} : { comparison: compareTests(before, cases) }),
  };
}

function hasFailed({ result, counts }: Look): boolean {
  return result.exitCode !== 0 || (counts.source === 'junit' && counts.failed > 0);
}

function rerunOf({ result, counts }: Look, cases: readonly TestCase[]): NonNullable<TestEvidence['rerun']> {
  const flaky = cases.flatMap(({ name, status }) => (status === 'flaky' ? [name] : []));
  return {
    ...exitCodeOf(result),
    counts,
    outputHash: result.outputHash,
    durationMs: result.durationMs,
    flaky: named(flaky),
  };
}

async function casesOfBase(run: Run): Promise<readonly TestCase[] | undefined> {
  const hash = run.state.tests[`base@${run.workspaces.base.commit}`]?.cases;
  return hash === undefined ? undefined : recallCases(run.store, hash);
}

/** The first preparing command that failed: then nothing could be tested. */
async function prepare(bench: TestBench, setup: readonly TestCommand[]): Promise<Look | undefined> {
  for (const command of setup) {
    // Packages come over the network; the tests themselves then do without, unless configuration says otherwise.
    const result = await runOnBench(bench, command, { network: 'full' });
    if (result.exitCode === 0) continue;
    return { command, result, counts: { passed: 0, failed: 1, skipped: 0, source: 'exit' } };
  }
  return undefined;
}

function exitCodeOf({ exitCode }: CommandResult): { readonly exitCode?: number } {
  return exitCode === undefined ? {} : { exitCode };
}

function capped(output: string): string {
  if (output.length <= keptOutput) return output;
  const half = keptOutput / 2;
  return `${output.slice(0, half)}\n… ${output.length - keptOutput} characters left out …\n${output.slice(-half)}`.toWellFormed();
}
