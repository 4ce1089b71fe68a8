import {
  contributionKeys,
  type Contributions,
  deprecations,
  forgeError,
  type Json,
  jsonSchema,
  type Kind,
  type LeaseOwner,
  type ProbeResult,
  type Sandbox,
} from '@forge/plugin-api';
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
import { createListeners } from './listeners.ts';
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
 * brings behaves as if it were here. Rejects with what keeps it from starting, with UNSUPPORTED for options
 * that cannot leave this process, and with PERMISSION_MISSING for a sandbox that may start nothing.
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
  refuseSandboxWithoutExec(record);
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
  const listeners = createListeners();
  const pool = createProcessPool({
    plugin: manifest.name,
    start: async (workspace) => {
      refuseChanged(record, files);
      return ground.start(workspace);
    },
    async begin(served, workspace) {
      const described = await served.start(place, lent);
      // Those for a workspace live beside it.
      if (workspace === undefined) await listeners.moveTo(served);
      return described;
    },
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
      const call = isolatedCaller(described, index, {
        pool,
        listeners,
        grants,
        plugin: manifest.name,
        follow: (webhook) => ground.follow(webhook),
      });
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

/** The options, when they can leave this process. */
function transportable({ manifest: { name: plugin } }: PluginRecord, { value }: GivenOptions): Record<string, Json> {
  if (jsonSchema.safeParse(value).success) return value as Record<string, Json>;
  throw forgeError(
    'UNSUPPORTED',
    `The plugin "${plugin}" has options that are not JSON: they cannot leave Forge's process`,
    {
      fix: `if you trust it as you trust Forge, let it in: { "use": "${plugin}", "inProcess": true }, or --in-process when you add it`,
      plugin,
    },
  );
}

/** Whatever a sandbox makes of a command is started. */
function refuseSandboxWithoutExec({ manifest: { name: plugin, provides, permissions } }: PluginRecord): void {
  if (provides.sandboxes.length === 0 || permissions.exec) return;
  throw forgeError(
    'PERMISSION_MISSING',
    `The plugin "${plugin}" brings a sandbox, which says what is started for a command, and its manifest does not ask to start programs`,
    { fix: 'add "exec": true to permissions in its plugin.json', plugin },
  );
}
