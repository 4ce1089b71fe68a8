import {
  forgeError,
  type CommandResult,
  type TestCommand,
  type TestEvidence,
  type TestingOutput,
} from '@forge/plugin-api';
import { runSandboxed } from '../execution/run-sandboxed.ts';
import type { EventMeta } from '../log/event-log.ts';
import type { PrivatePlace } from '../process/run-processes.ts';
import type { Run } from '../run/run.ts';
import { readTestCounts } from './test-counts.ts';

export interface TestPlan extends Pick<TestingOutput, 'setup'> {
  readonly test: TestCommand;
}

/** Kept of the output with the evidence, in characters; the hash is over all of it. */
const keptOutput = 8_000;

/**
 * Runs the project's tests on a commit, in a checkout and with a home that nobody used before, and records what was seen. Tests that ran on that
 * commit before are not run again.
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
  const context = { run, place, workspace: checkout.path, marker: `${run.id}/testing/${on}` };
  try {
    const blocked = await prepare(context, plan.setup);
    const [command, result] = blocked ?? [plan.test, await runOne(context, plan.test)];
    const evidence: TestEvidence = {
      on,
      commit,
      command: command.command.join(' '),
      ...(result.exitCode === undefined ? {} : { exitCode: result.exitCode }),
      timedOut: result.timedOut,
      counts: readTestCounts(command.runner, result.output, result.exitCode),
      durationMs: result.durationMs,
      outputHash: result.outputHash,
      output: capped(result.output),
    };
    run.deps.crashPoint('tests.ran');
    await run.events.emit('tests.ran', { evidence, round }, { ...about, durationMs: result.durationMs });
    return evidence;
  } finally {
    await run.processes.reap(context.marker);
  }
}

interface Context {
  readonly run: Run;
  readonly place: PrivatePlace;
  readonly workspace: string;
  readonly marker: string;
}

/** The first preparing command that failed: then nothing could be tested. */
async function prepare(
  context: Context,
  setup: readonly TestCommand[],
): Promise<[TestCommand, CommandResult] | undefined> {
  for (const command of setup) {
    // Packages come over the network; the tests themselves then do without, unless configuration says otherwise.
    const result = await runOne(context, command, { network: 'full' });
    if (result.exitCode !== 0) return [command, result];
  }
  return undefined;
}

async function runOne(
  { run, place, workspace, marker }: Context,
  { command, directory }: TestCommand,
  more: { readonly network?: 'full' } = {},
): Promise<CommandResult> {
  const [file, ...args] = command;
  if (file === undefined) throw forgeError('CONFIG_INVALID', 'testing.command is empty');
  return runSandboxed(run, {
    file,
    args,
    cwd: directory === '.' ? workspace : `${workspace}/${directory}`,
    workspace,
    place,
    marker,
    signal: run.signal,
    timeoutMs: run.deps.config.testing.timeoutMinutes * 60_000,
    ...more,
  });
}

function capped(output: string): string {
  if (output.length <= keptOutput) return output;
  const half = keptOutput / 2;
  return `${output.slice(0, half)}\n… ${output.length - keptOutput} characters left out …\n${output.slice(-half)}`.toWellFormed();
}
