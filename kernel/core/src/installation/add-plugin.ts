import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { ForgeFaults, forgeError, type Manifest, type ProbeResult } from '@forge/plugin-api';
import type { ForgeOptions } from '../forge.ts';
import { openHost } from '../host/open-host.ts';
import { tokens } from '../host/tokens.ts';
import { inspectPlugin } from '../inspection/inspect-plugin.ts';
import { withOptions, withPlugin } from './edit-config.ts';
import { bringsMcpServers } from '../manifests/plugin-record.ts';
import { type FetchedPlugin, fetchPlugin } from './fetch-plugin.ts';
import { withFittingVersion } from './fitting-version.ts';
import { installPackage, placeOf, type PlacedPlugin } from './install-package.ts';
import { keepFiles } from './kept-files.ts';
import { lookAtPlugin, type PluginProposal, type Project } from './look-at-plugin.ts';
import { lockFileName, lockPlugin } from './plugin-lock.ts';
import { chooseOptions, type OptionQuestion, optionValues } from './plugin-options.ts';
import { gitAddress, isArchive } from './git-address.ts';
import { keepConfigTrust, keepPluginTrust, trustPlugin } from './trust-now.ts';

export interface AddPluginRequest {
  readonly spec: string;
  /** Options as texts, by name. Those of a plugin that is there are changed. */
  readonly options: Readonly<Record<string, string>>;
  /** Takes the very version, not a range. */
  readonly exact: boolean;
  /** Lets it into Forge's own process, by the person's word. Of a plugin that is there, the configuration says so. Default false. */
  readonly inProcess?: boolean;
  /** Ends after the proposal. */
  readonly dryRun: boolean;
  /** Nothing is changed when it resolves with false. */
  confirm(proposal: PluginProposal): Promise<boolean>;
  ask(question: OptionQuestion): Promise<string | undefined>;
  /** A few words on the step under way. */
  report(step: string): void;
  readonly signal: AbortSignal;
}

export interface AddedPlugin {
  readonly manifest: Manifest;
  readonly configFile: string;
  /** Secrets that it reads and that the environment does not have. */
  readonly missingSecrets: readonly string[];
  /** What it adds to every prompt, measured. */
  readonly promptTokens: number;
  /** What its check said; undefined when it has none, or cannot pass it without its secrets. */
  readonly check: ProbeResult | undefined;
}

/**
 * Adds a plugin to the project, or approves another version of one that is there: looks at it, asks, installs it without
 * running scripts, writes it into configuration and lock, and starts it once. A step that fails undoes those before it.
 * Undefined when the person declined or it was a dry run.
 */
export async function addPlugin(forge: ForgeOptions, request: AddPluginRequest): Promise<AddedPlugin | undefined> {
  const { cwd, env, deprecations } = forge;
  const { spec, signal } = request;
  request.report(`looking at ${spec}`);
  const fetched = await fetchPlugin({ spec, cwd, env, deprecations, signal });
  try {
    const { project, proposal } = await lookAtPlugin(forge, fetched, request).catch(async (error: unknown) => {
      throw await withFittingVersion(error, { ...fetched, spec }, forge, signal);
    });
    if (!(await request.confirm(proposal)) || request.dryRun) return undefined;
    const { manifest } = fetched.record;
    const options = project.isConfigured
      ? optionValues(manifest, request.options)
      : await chooseOptions(manifest, request.options, request.ask);
    const found = await carryOut(forge, request, fetched, project, options);
    return { manifest, configFile: project.configFile, ...found };
  } finally {
    await fetched.remove();
  }
}

async function carryOut(
  forge: ForgeOptions,
  request: AddPluginRequest,
  fetched: FetchedPlugin,
  project: Project,
  options: Readonly<Record<string, unknown>>,
): Promise<StartedPlugin> {
  const { folder, configFile, packages } = project;
  const { manifest } = fetched.record;
  const packageFiles = packages?.files ?? ['package.json', 'package-lock.json'].map((name) => join(folder, name));
  const kept = await keepFiles([configFile, join(folder, lockFileName), ...packageFiles]);
  const configTrust = keepConfigTrust(forge, configFile);
  const pluginTrust = keepPluginTrust(forge, manifest, placeOf(fetched, project));
  const undo = [configTrust.carryOver, pluginTrust.carryOver, () => kept.restore()];
  try {
    const placed = await installPackage(forge, fetched, project, { ...request, undo: (step) => undo.push(step) });
    request.signal.throwIfAborted();
    await configure(forge, request, project, placed, options);
    await lockPlugin(folder, manifest, {
      // A registry knows a package by its own version.
      version: fetched.form === 'package' ? fetched.version : manifest.version,
      files: placed.files,
      integrity: fetched.integrity,
      form: fetched.form,
      source: sourceOf(request.spec, fetched),
      isArchive: fetched.form !== 'folder' && isArchive(request.spec),
      inProcess: project.inProcess,
    });
    // What the configuration of a repository says is not the person's word.
    await trustPlugin(forge, manifest, placed, request.inProcess === true || project.wasInProcess);
    await configTrust.carryOver();
    request.report('starting it once');
    const started = await startOnce(forge, manifest, {
      use: fetched.form === 'package' ? placed.use : placed.place,
      options: { ...options },
      inProcess: project.inProcess,
    });
    request.signal.throwIfAborted();
    return started;
  } catch (error) {
    request.report('undoing it');
    // What went wrong first is what the person has to know.
    for (const step of undo.reverse()) await step().catch(() => undefined);
    throw error;
  }
}

/** Names the plugin in the configuration; of one that is there, only what was said anew is changed. */
async function configure(
  { cwd }: ForgeOptions,
  { report }: AddPluginRequest,
  { configFile, inProcess, isConfigured, writtenAs }: Project,
  { use }: PlacedPlugin,
  options: Readonly<Record<string, unknown>>,
): Promise<void> {
  const hasOptions = Object.keys(options).length > 0;
  if (isConfigured && !hasOptions) return;
  report(`writing it into ${relative(cwd, configFile) || configFile}`);
  const text = await readFile(configFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const more = { ...(hasOptions ? { options } : {}), ...(inProcess ? ({ inProcess } as const) : {}) };
  const entry = Object.keys(more).length === 0 ? use : { use, ...more };
  const changed = isConfigured
    ? await withOptions(configFile, text, writtenAs ?? use, options)
    : await withPlugin(configFile, text, entry);
  await writeFile(configFile, changed);
}

/** Where a newer version of it is looked for, when that is not the package of its name. */
function sourceOf(spec: string, { packageName, record, form }: FetchedPlugin): string | undefined {
  if (form === 'folder') return undefined;
  if (gitAddress(spec) !== undefined) return spec;
  return packageName === record.manifest.name ? undefined : packageName;
}

type StartedPlugin = Pick<AddedPlugin, 'missingSecrets' | 'promptTokens' | 'check'>;

/**
 * As a run would: asks for everything that it brings, and lets it check what it needs. It is named once more, because a configuration in code that this
 * process has read is not read again.
 */
async function startOnce(
  forge: ForgeOptions,
  manifest: Manifest,
  entry: { readonly use: string; readonly options: Record<string, unknown>; readonly inProcess: boolean },
): Promise<StartedPlugin> {
  const { host, close } = await openHost({ ...forge, flags: { ...forge.flags, plugins: [entry] } });
  try {
    const record = host.get(tokens.discovered).plugins.find((each) => each.manifest.name === manifest.name);
    if (record === undefined) throw switchedOff(manifest);
    const { faults: all, promptTokens = 0, missingSecrets, check } = await inspectPlugin(host, record);
    // A server that does not answer keeps skills and other servers from nothing: the person is told.
    const faults = bringsMcpServers(record) ? all.filter(({ code }) => code !== 'PLUGIN_CHECK') : all;
    if (faults.length > 0) throw faults.length === 1 ? faults[0] : new ForgeFaults(faults);
    return { promptTokens, missingSecrets, check };
  } finally {
    await close();
  }
}

function switchedOff({ name }: Manifest) {
  return forgeError('USAGE', `"${name}" is switched off by the configuration`, { fix: `forge plugin enable ${name}` });
}
