import {
  contributionKeys,
  type Contributions,
  deprecations,
  forgeError,
  type Json,
  jsonSchema,
  type Kind,
  kinds,
  type LeaseOwner,
  type ProbeResult,
  type Sandbox,
} from '@forge/plugin-api';
import { guardRules } from '../guards/index.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import type { PluginLimits } from '../plugins/limits.ts';
import type { PluginWorld } from '../plugins/plugin-context.ts';
import type { GivenOptions } from '../plugins/plugin-options.ts';
import { maskedLogger } from '../secrets.ts';
import { hashFolder } from '../trust/content-hash.ts';
import { withTimeLimit } from '../world/time-limit.ts';
import { contributionFrom } from './describe.ts';
import { grantsOf } from './grants.ts';
import { isolatedCaller } from './isolated-caller.ts';
import type { LentWorld } from './lent-world.ts';
import { prepareGround } from './plugin-ground.ts';
import { createProcessPool } from './process-pool.ts';

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
  const files = hashFolder(folder);
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
    start: (workspace) => {
      refuseChanged(record, files);
      return ground.start(workspace);
    },
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
    // It may have been before anybody listened.
    signal.throwIfAborted();
    const contributions = (await pool.describe()).map((described, index) => {
      const call = isolatedCaller(described, index, { pool, grants, plugin: manifest.name });
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

/** It may be started again hours after it was approved. */
function refuseChanged({ manifest, folder }: PluginRecord, files: string): void {
  if (hashFolder(folder) === files) return;
  throw forgeError('PLUGIN_CHANGED', `The files of the plugin "${manifest.name}" have changed since it was started`, {
    where: folder,
    fix: 'start Forge again: it asks for approval where that is needed',
    plugin: manifest.name,
  });
}

function stopsTooSlowly(plugin: string) {
  return forgeError('PLUGIN_STOP', `The plugin "${plugin}" did not stop in time, and was ended`, { plugin });
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
