import {
  ForgeFaults,
  faultsOf,
  forgeError,
  isForgeError,
  type PluginDefinition,
  type ProbeResult,
} from '@forge/plugin-api';
import { deprecationWords } from '../deprecations/deprecations-of.ts';
import type { Contribution } from '../guards/guard.ts';
import { guard, guardRules } from '../guards/index.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import { maskError } from '../mask-error.ts';
import { withTimeLimit } from '../world/time-limit.ts';
import type { PluginLimits } from './limits.ts';
import { thrownByPlugin } from './load-fault.ts';
import { type LoadCode, loadDefinition } from './load-module.ts';
import { pluginContext, type PluginWorld } from './plugin-context.ts';
import { type GivenOptions, parseOptions } from './plugin-options.ts';
import { type Provided, providedBy } from './provided.ts';

/** What is decided outside about the start of each plugin. */
export interface PluginStart {
  optionsOf(record: PluginRecord): GivenOptions;
  /** Rejects with TRUST_REQUIRED for a plugin that may not run. */
  allow(record: PluginRecord): Promise<void>;
  /** It runs in a process of its own. */
  isIsolated(record: PluginRecord): boolean;
}

export interface ActivationOptions extends PluginStart {
  readonly world: PluginWorld;
  readonly limits: PluginLimits;
  readonly loadCode: LoadCode;
  /** Starts a plugin in a process of its own, and gives what it brings. */
  startIsolated(record: PluginRecord, options: GivenOptions, signal: AbortSignal): Promise<Given>;
}

export interface Activation {
  /** Loads and starts a plugin, once, and gives what it brought, guarded. */
  activate(record: PluginRecord): Promise<readonly Provided[]>;
  isActive(record: PluginRecord): boolean;
  /** What an active plugin says of what it needs; undefined when it does not check anything, or is not active. */
  check(record: PluginRecord, only?: CheckedPart): Promise<ProbeResult | undefined>;
  /**
   * Stops what was started, in reverse order, each under its time limit. A plugin without `stop` has its contributions
   * closed. Rejects with all faults.
   */
  stop(): Promise<void>;
}

/** The MCP servers of that plugin, and nothing else. */
export interface CheckedPart {
  readonly plugin?: string;
}

type Stop = () => Promise<void>;
type Check = (only?: CheckedPart) => Promise<ProbeResult | undefined>;
type Given = Awaited<ReturnType<PluginDefinition['setup']>>;

export function createActivation(options: ActivationOptions): Activation {
  const started = new Map<PluginRecord, Promise<readonly Provided[]>>();
  const active = new Map<PluginRecord, Check>();
  const stops: Stop[] = [];
  const { signal } = options.world;

  const start = async (record: PluginRecord): Promise<readonly Provided[]> => {
    await options.allow(record);
    signal.throwIfAborted();
    const { name } = record.manifest;
    for (const used of record.deprecations ?? [])
      options.world.log.warn(`The plugin "${name}" ${deprecationWords(used)}`, { plugin: name });
    const { provided, stop, check } = await startPlugin(record, options);
    stops.push(stop);
    active.set(record, check);
    return provided;
  };
  return {
    activate: (record) => {
      const known = started.get(record);
      if (known !== undefined) return known;
      const starting = start(record).catch((error: unknown) => {
        throw maskError(options.world.masker, error);
      });
      started.set(record, starting);
      return starting;
    },
    isActive: (record) => active.has(record),
    check: async (record, only) => active.get(record)?.(only),
    stop: async () => {
      await Promise.allSettled(started.values());
      const errors: unknown[] = [];
      for (const stop of stops.splice(0).reverse())
        await stop().catch((error: unknown) => errors.push(maskError(options.world.masker, error)));
      if (errors.length > 0) throw new ForgeFaults(errors.flatMap(faultsOf));
    },
  };
}

async function startPlugin(
  record: PluginRecord,
  options: ActivationOptions,
): Promise<{ provided: Provided[]; stop: Stop; check: Check }> {
  const { world, limits } = options;
  const begin = options.isIsolated(record)
    ? (signal: AbortSignal) => options.startIsolated(record, options.optionsOf(record), signal)
    : await startHere(record, options);
  const plugin = record.manifest.name;
  const milliseconds = options.isIsolated(record) ? limits.load + limits.setup : limits.setup;
  const given = await withTimeLimit(
    {
      clock: world.clock,
      milliseconds,
      signal: world.signal,
      timedOut: () =>
        forgeError('PLUGIN_SETUP', `The plugin "${plugin}" did not start within ${milliseconds / 1000} s`, { plugin }),
    },
    begin,
  ).catch((error: unknown) => {
    throw failed(error, 'PLUGIN_SETUP', `The plugin "${plugin}" could not start`, record);
  });
  const stop = () => stopPlugin(record, given, options);
  const check = (only?: CheckedPart) => checkPlugin(record, given, options, only);
  try {
    const provided = providedBy(record, given);
    return { provided: provided.map((one) => ({ ...one, contribution: guarded(one, record, world) })), stop, check };
  } catch (error) {
    // It runs already, and nobody will ever ask it for something.
    await stop().catch(() => undefined);
    throw error;
  }
}

/** Loads it into this process; its `setup` is still to be called. */
async function startHere(record: PluginRecord, options: ActivationOptions): Promise<() => Promise<Given>> {
  const definition = await load(record, options);
  const parsed = await parseOptions(record.manifest.name, definition, options.optionsOf(record));
  const context = await pluginContext(record, parsed, options.world);
  return () => definition.setup(context);
}

async function load(record: PluginRecord, { world, limits, loadCode }: ActivationOptions): Promise<PluginDefinition> {
  const plugin = record.manifest.name;
  const where = record.manifest.entry;
  const definition = await withTimeLimit(
    {
      clock: world.clock,
      milliseconds: limits.load,
      signal: world.signal,
      timedOut: () =>
        forgeError('PLUGIN_LOAD', `The plugin "${plugin}" did not load within ${limits.load / 1000} s`, {
          plugin,
          where,
        }),
    },
    () => loadDefinition(record, loadCode),
  ).catch((error: unknown) => {
    throw failed(error, 'PLUGIN_LOAD', `The plugin "${plugin}" could not be loaded`, record);
  });
  if (definition !== undefined) return definition;
  throw forgeError('PLUGIN_LOAD', `The plugin "${plugin}" exports no plugin as default`, {
    where,
    why: 'expected: export default definePlugin({ … })',
    plugin,
  });
}

function guarded({ kind, name, contribution }: Provided, record: PluginRecord, { clock }: PluginWorld): Contribution {
  return guard(contribution, guardRules[kind], { plugin: record.manifest.name, kind, name, clock });
}

async function stopPlugin(record: PluginRecord, given: Given, { world, limits }: ActivationOptions): Promise<void> {
  const plugin = record.manifest.name;
  const timedOut = () =>
    forgeError('PLUGIN_STOP', `The plugin "${plugin}" did not stop within ${limits.stop / 1000} s`, { plugin });
  await withTimeLimit({ clock: world.clock, milliseconds: limits.stop, timedOut }, async () => {
    if (typeof given?.stop === 'function') return given.stop();
    for (const list of Object.values(given ?? {})
      .filter(Array.isArray)
      .reverse()) {
      for (const contribution of (list as readonly { close?(): Promise<void> }[]).toReversed())
        await contribution.close?.();
    }
  }).catch((error: unknown) => {
    throw failed(error, 'PLUGIN_STOP', `The plugin "${plugin}" could not stop`, record);
  });
}

/** What a check throws is its answer. */
async function checkPlugin(
  record: PluginRecord,
  given: Given,
  { world, limits }: ActivationOptions,
  only: CheckedPart = {},
): Promise<ProbeResult | undefined> {
  if (typeof given.check !== 'function') return undefined;
  const plugin = record.manifest.name;
  const over = new AbortController();
  const timedOut = () =>
    forgeError('PLUGIN_CHECK', `It did not end within ${limits.check / 1000} s`, { plugin, transient: true });
  const limit = { clock: world.clock, milliseconds: limits.check, signal: world.signal, timedOut };
  try {
    const signal = AbortSignal.any([world.signal, over.signal]);
    // One in another process says only now whether it checks anything.
    const found = (await withTimeLimit(limit, async () => given.check?.({ signal, ...only }))) as
      | ProbeResult
      | undefined;
    if (found === undefined) return undefined;
    const { ok, detail } = found;
    return { ok: ok === true, detail: world.masker.mask(String(detail)) };
  } catch (error) {
    world.signal.throwIfAborted();
    return { ok: false, detail: world.masker.mask(error instanceof Error ? error.message : String(error)) };
  } finally {
    over.abort();
  }
}

/** A ForgeError keeps its code; what else was thrown gets the code of the step. Both say which plugin. */
function failed(
  error: unknown,
  code: 'PLUGIN_LOAD' | 'PLUGIN_SETUP' | 'PLUGIN_STOP',
  what: string,
  record: PluginRecord,
): Error {
  if (isForgeError(error) || (error instanceof Error && error.name === 'ForgeFaults')) return error;
  return thrownByPlugin(error, code, what, record);
}
