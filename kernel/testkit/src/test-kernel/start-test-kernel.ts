import { type Forge, type ForgeOptions, type InlinePlugin, openForge } from '@forge/core';
import { apiVersion, type ConfigLayer, type ForgeEvent, type Json, type RunRecord } from '@forge/plugin-api';
import { createRecordingLogger, type LogEntry } from '../fakes/recording-logger.ts';
import { createScriptedInteraction } from '../fakes/scripted-interaction.ts';
import { createScriptedProvider, type ScriptedProvider } from '../fakes/scripted-provider.ts';
import { createToolContext } from '../fakes/tool-context.ts';
import type { Reply } from '../model-server/reply.ts';
import { standInConfig, standIns } from './stand-ins.ts';
import { createTemporaryRepository } from './temporary-repository.ts';

export interface TestKernelOptions extends Partial<Pick<ForgeOptions, 'interaction' | 'clock' | 'limits'>> {
  /** The plugin under test and others: absolute folders with a manifest, or objects. */
  readonly plugins?: readonly (string | InlinePlugin)[];
  /** Over what the test kernel chooses: the simplest of everything, in memory. */
  readonly config?: ConfigLayer;
  /** A git repository. Default: a new one with `files`, removed by `close`. */
  readonly cwd?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** What plugins may find, beside `PATH` and a `HOME` of the test's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the model answers, in order; `model.play` changes it. */
  readonly replies?: readonly Reply[];
}

export interface TestRun {
  readonly record: RunRecord;
  /** The code of what it failed with. */
  readonly errorCode: string | undefined;
  readonly events: readonly ForgeEvent[];
}

export interface TestKernel {
  /** The real host, as apps see it: `get` gives any contribution, guarded. */
  readonly forge: Forge;
  readonly cwd: string;
  readonly model: ScriptedProvider;
  readonly log: readonly LogEntry[];
  /** Calls a tool as the kernel would, with `cwd` as the workspace and real commands. Gives its output. */
  readonly callTool: (name: string, input: unknown) => Promise<Json>;
  /** A run from start to end, or until it parks; approvals that policy allows are given. */
  readonly run: (task: string) => Promise<TestRun>;
  /** Stops plugins and removes what was made. */
  readonly close: () => Promise<void>;
}

/**
 * A real kernel for testing plugins: real host, real engine, real git; in place of models, stores and people it has
 * stand-ins. Rejects with what keeps the plugins from being found, checked or configured.
 *
 *     const kernel = await startTestKernel({ plugins: [folder], config: { agents: { reviewer: 'my-reviewer' } } });
 *     onTestFinished(kernel.close);
 */
export async function startTestKernel(options: TestKernelOptions = {}): Promise<TestKernel> {
  const { plugins = [], config = {}, replies = [], interaction, clock, limits } = options;
  const repository = createTemporaryRepository(options.files ?? { 'readme.md': '# A project\n' });
  const cwd = options.cwd ?? repository.path;
  const model = createScriptedProvider(replies);
  const log = createRecordingLogger();
  const folders = plugins.filter((each) => typeof each === 'string');
  const objects = plugins.filter((each) => typeof each !== 'string');

  const forge = await openForge({
    cwd,
    env: { PATH: process.env['PATH'], HOME: repository.home, ...options.env },
    pluginFolders: [],
    inlinePlugins: [standIns(model), ...objects],
    flags: { ...merged(standInConfig(model), config), plugins: [...(config.plugins ?? []), ...folders] },
    interaction: interaction ?? createScriptedInteraction([], { interactive: false }),
    log,
    trust: true,
    forgeVersion: apiVersion,
    ...(clock === undefined ? {} : { clock }),
    ...(limits === undefined ? {} : { limits }),
  }).catch((error: unknown) => {
    repository.remove();
    throw error;
  });

  return {
    forge,
    cwd,
    model,
    log: log.entries,
    async callTool(name, input) {
      const tool = await forge.get('tool', name);
      return (await tool.execute(input, createToolContext({ workspace: cwd }))) as Json;
    },
    async run(task) {
      const engine = await forge.engine();
      const requirement = { task, constraints: [], acceptanceCriteria: [], images: [] };
      const handle = await engine.start({ requirement, directory: cwd, approve: true });
      const { record, error } = await handle.finished;
      const events = await (await forge.store()).readEvents(handle.id);
      return { record, errorCode: error?.code, events };
    },
    async close() {
      try {
        await forge.close();
      } finally {
        repository.remove();
      }
    },
  };
}

/** The second over the first, also within a section such as `agents`. */
function merged(below: ConfigLayer, above: ConfigLayer): ConfigLayer {
  const sections = Object.entries(above).map(([key, value]) => {
    const under: unknown = below[key as keyof ConfigLayer];
    return [key, isSection(under) && isSection(value) ? Object.assign({}, under, value) : value];
  });
  return { ...below, ...(Object.fromEntries(sections) as ConfigLayer) };
}

function isSection(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
