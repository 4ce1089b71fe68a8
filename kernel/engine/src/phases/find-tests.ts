import { testRunnerOf, type Change, type TestingOutput } from '@forge/plugin-api';
import { runExecution } from '../run/run-execution.ts';
import type { Run } from '../run/run.ts';
import { inspectionWorkspace } from './workspaces.ts';

/** How the project is tested: as configured, else as the tester finds out, once for each `key`. */
export async function findTests(run: Run, key: string, change: Change): Promise<TestingOutput> {
  return configured(run) ?? (await detect(run, key, change));
}

function configured(run: Run): TestingOutput | undefined {
  const { command, setup } = run.deps.config.testing;
  if (command === undefined) return undefined;
  return {
    test: commandOf(command),
    setup: (setup ?? []).map(commandOf),
    reason: 'testing.command in the configuration',
  };
}

async function detect(run: Run, key: string, change: Change): Promise<TestingOutput> {
  const { output } = await runExecution(run, {
    key,
    phase: 'testing',
    agentType: 'tester',
    input: { requirement: run.requirement, project: await run.workspaces.facts(change.commit), change },
    workspace: inspectionWorkspace(run),
    base: change.commit,
  });
  const { setup } = run.deps.config.testing;
  return setup === undefined ? output : { ...output, setup: setup.map(commandOf) };
}

function commandOf(words: readonly string[]) {
  return { command: [...words], directory: '.', runner: testRunnerOf(words.join(' ')) };
}
