import {
  type AgentContext,
  contributionKeys,
  type Contributions,
  deprecations,
  forgeError,
  isForgeError,
  type Json,
  jsonSchema,
  type Kind,
  kinds,
  type LeaseOwner,
  type ProbeResult,
  type Sandbox,
} from '@forge/plugin-api';
import type { Described } from '@forge/worker-protocol';
import { guardRules } from '../guards/index.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import type { PluginLimits } from '../plugins/limits.ts';
import type { PluginWorld } from '../plugins/plugin-context.ts';
import type { GivenOptions } from '../plugins/plugin-options.ts';
import { maskedLogger } from '../secrets.ts';
import { withTimeLimit } from '../world/time-limit.ts';
import { contributionFrom } from './describe.ts';
import { type Grants, grantsOf } from './grants.ts';
import type { LentWorld } from './lent-world.ts';
import { prepareGround } from './plugin-ground.ts';
import { createProcessPool, type ProcessPool } from './process-pool.ts';

export interface IsolationDeps {
  readonly world: PluginWorld;
  readonly owner: LeaseOwner;
  /** Top of the person's repository. */
  readonly project: string;
  sandbox(): Promise<{ readonly sandbox: Sandbox }>;
  readonly limits: PluginLimits;
}

/**
 * Starts a plugin in a process of its own, in which it can do what its manifest asks for and nothing else. What it
 * brings behaves as if it were here. Rejects with what keeps it from starting, and with UNSUPPORTED for what cannot
 * leave Forge's own process.
 *
 * @param signal aborts when nobody waits for the start any more
 */
export async function startIsolated(
  record: PluginRecord,
  given: GivenOptions,
  deps: IsolationDeps,
  signal: AbortSignal,
): Promise<Contributions & { check(): Promise<ProbeResult>; stop(): Promise<void> }> {
  const { manifest, folder, source } = record;
  const { world, owner, project, limits } = deps;
  const options = transportable(record, given);
  const grants = grantsOf(manifest, options, world.env);
  const log = maskedLogger(world.log, world.masker, { plugin: manifest.name });
  for (const name of manifest.permissions.secrets) world.masker.register(grants.variables[name]);
  const [{ sandbox }, state] = await Promise.all([deps.sandbox(), world.stateDirectory()]);
  const { env, clock } = world;
  const ground = await prepareGround(record, grants, {
    env,
    clock,
    log,
    owner,
    state,
    project,
    sandbox,
    silentMs: limits.silent,
  });

  const place = {
    plugin: manifest.name,
    folder,
    shown: source.file,
    origin: record.origin === 'project' ? 'project' : 'configuration',
    options,
    variables: grants.variables,
    stateDirectory: ground.stateDirectory,
  } as const;
  const lent: LentWorld = {
    interactive: world.interaction.interactive,
    ask: (prompt) => world.interaction.ask(prompt, world.signal),
    readTrusted: (path) => world.readTrusted(path, manifest.name),
    skills: world.skills,
    mcpServers: world.mcpServers,
    deprecations: world.deprecations ?? deprecations,
    log,
  };
  const pool = createProcessPool({
    plugin: manifest.name,
    start: ground.start,
    begin: (served) => served.start(place, lent),
    finish: (served) =>
      withTimeLimit({ clock, milliseconds: limits.stop, timedOut: () => stopsTooSlowly(manifest.name) }, () =>
        served.stop(),
      ),
  });
  const stop = async () => {
    try {
      await pool.stop();
    } finally {
      await ground.close();
    }
  };
  const giveUp = () => void stop().catch(() => undefined);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    const contributions = (await pool.describe()).map((described, index) => {
      const call = caller(pool, grants, described, index, manifest.name);
      return [described.kind as Kind, contributionFrom(described, call)] as const;
    });
    const byKind = Object.entries(Object.groupBy(contributions, ([kind]) => kind)).map(([kind, all]) => [
      contributionKeys[kind as Kind],
      all.map(([, contribution]) => contribution),
    ]);
    const check = async () => (await pool.run(undefined, 'PLUGIN_LOST', (served) => served.check())) as ProbeResult;
    return { ...(Object.fromEntries(byKind) as Contributions), check, stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function stopsTooSlowly(plugin: string) {
  return forgeError('PLUGIN_STOP', `The plugin "${plugin}" did not stop in time, and was ended`, { plugin });
}

/** How the methods of one contribution are called. */
function caller(pool: ProcessPool, grants: Grants, described: Described, contribution: number, plugin: string) {
  const kind = described.kind as Kind;
  const { methods, lost = 'PLUGIN_LOST' } = guardRules[kind];
  return async (method: string, args: readonly unknown[]): Promise<unknown> => {
    if (kind === 'agent') {
      const [input, context] = args as [Json, AgentContext];
      const { runId, executionId } = context;
      const job = { runId, executionId, agent: described.data['id'] as string, input };
      return pool.run(undefined, lost, (served) => served.execute(contribution, job, context));
    }
    const contextAt = methods[method]?.context;
    const context = contextAt === undefined ? undefined : (args[contextAt] as Record<string, unknown> | undefined);
    const workspace = grants.workspace === 'none' ? undefined : context?.['workspace'];
    const given = args.map((argument, at) => (at === contextAt ? lentContext(argument, grants, plugin) : argument));
    try {
      return await pool.run(workspace as string | undefined, lost, (served) =>
        served.call({ contribution, method, args: given, contextAt }),
      );
    } catch (error) {
      throw blamed(error, plugin);
    }
  };
}

/** A plugin may not put the blame on another. */
function blamed(error: unknown, plugin: string): unknown {
  if (!isForgeError(error) || error.details.plugin === undefined || error.details.plugin === plugin) return error;
  return forgeError(error.code, error.message, { ...error.details, plugin, cause: error });
}

/**
 * The context of a call as it is lent. What a plugin may not start itself it may not have started, either; and nobody can
 * talk with a program through a line that carries JSON.
 */
function lentContext(context: unknown, { exec }: Grants, plugin: string): unknown {
  if (typeof context !== 'object' || context === null) return context;
  const refusal = exec ? cannotTalk : mayNotStart;
  const refused = async () => {
    throw refusal(plugin);
  };
  const { exec: run, start, ...others } = context as Readonly<Record<string, unknown>>;
  return {
    ...others,
    ...(run === undefined ? {} : { exec: exec ? run : refused }),
    ...(start === undefined ? {} : { start: refused }),
  };
}

function mayNotStart(plugin: string) {
  return forgeError(
    'PERMISSION_MISSING',
    `The plugin "${plugin}" would start a program, which its manifest does not ask for`,
    { fix: 'add "exec": true to permissions in its plugin.json', plugin },
  );
}

function cannotTalk(plugin: string) {
  return forgeError(
    'UNSUPPORTED',
    `The plugin "${plugin}" cannot talk with a program that Forge's process has started`,
    {
      fix: 'start it with node:child_process, or run it to its end with exec',
      plugin,
    },
  );
}

/** The options, when they and all that the plugin brings can leave this process. */
function transportable({ manifest }: PluginRecord, { value }: GivenOptions): Record<string, Json> {
  const here = kinds.filter(
    (kind) => guardRules[kind].inKernel === true && manifest.provides[contributionKeys[kind]].length > 0,
  );
  if (here.length > 0) throw onlyHere(manifest.name, `brings a ${here.join(' and a ')}`);
  if (!jsonSchema.safeParse(value).success) throw onlyHere(manifest.name, 'has options that are not JSON');
  return value as Record<string, Json>;
}

function onlyHere(plugin: string, why: string) {
  return forgeError('UNSUPPORTED', `The plugin "${plugin}" ${why}, which works in Forge's own process only`, {
    fix: `if you trust it as you trust Forge, allow it: { "use": "${plugin}", "inProcess": true }, or --in-process when you add it`,
    plugin,
  });
}
