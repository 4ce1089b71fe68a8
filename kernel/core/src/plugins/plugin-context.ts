import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import {
  type Clock,
  type Deprecation,
  deprecations as table,
  forgeError,
  type Interaction,
  type Logger,
  type McpServers,
  type PluginContext,
  type Skills,
} from '@forge/plugin-api';
import { deprecationWords, watched } from '../deprecations/deprecations-of.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import { type Masker, maskedLogger } from '../secrets.ts';

/** What of the world plugins are given. */
export interface PluginWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  random(): number;
  newId(): string;
  readonly interaction: Interaction;
  readonly log: Logger;
  readonly masker: Masker;
  /** Aborts when the host stops. */
  readonly signal: AbortSignal;
  /** Text of a file of the repository that the person trusts; asks when they have not said so yet. */
  readTrusted(path: string, plugin: string): Promise<string | undefined>;
  readonly skills: Skills;
  readonly mcpServers: McpServers;
  /** Default: those of the plugin API. */
  readonly deprecations?: readonly Deprecation[] | undefined;
  /** Makes Forge's state folder if it is not there. */
  stateDirectory(): Promise<string>;
}

/** What one plugin sees of the host: no more than its manifest asks for. */
export async function pluginContext(
  record: PluginRecord,
  options: unknown,
  world: PluginWorld,
): Promise<PluginContext> {
  const { name, permissions } = record.manifest;
  const allowed = (variable: string, list: 'env' | 'secrets'): void => {
    if (permissions[list].includes(variable) || permissions[list].includes('*')) return;
    throw forgeError(
      'PERMISSION_MISSING',
      `The plugin "${name}" asks for ${variable}, which its manifest does not name`,
      {
        where: record.source.file,
        fix: `Add "${variable}" to permissions.${list} in its plugin.json.`,
        plugin: name,
      },
    );
  };
  const log = maskedLogger(world.log, world.masker, { plugin: name });
  const context: PluginContext = {
    options,
    env: (variable: string) => {
      allowed(variable, 'env');
      return world.env[variable];
    },
    secret: (variable: string) => {
      allowed(variable, 'secrets');
      // One that only the options name was not known when the host began.
      world.masker.register(world.env[variable]);
      return world.env[variable];
    },
    readAsset: (path: string) => readAsset(record, path),
    readTrusted: (path: string) => world.readTrusted(path, name),
    skills: world.skills,
    mcpServers: world.mcpServers,
    stateDirectory: await world.stateDirectory(),
    clock: world.clock,
    random: () => world.random(),
    newId: () => world.newId(),
    interaction: world.interaction,
    log,
    signal: world.signal,
  };
  const tell = (used: Deprecation) => log.warn(`The plugin "${name}" ${deprecationWords(used)}`);
  return Object.freeze(watched(context, world.deprecations ?? table, tell));
}

/** Links are followed before it is decided whether a file lies in the plugin's folder. */
async function readAsset({ manifest, folder }: PluginRecord, path: string): Promise<string> {
  const where = join(folder, path);
  const outside = () =>
    forgeError('PERMISSION_MISSING', `The plugin "${manifest.name}" may read its own folder only, not ${path}`, {
      plugin: manifest.name,
    });
  if (folder === '' || !where.startsWith(folder + sep)) throw outside();
  try {
    const [realFolder, realFile] = await Promise.all([realpath(folder), realpath(where)]);
    if (!realFile.startsWith(realFolder + sep)) throw outside();
    return await readFile(realFile, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw forgeError('FILE_NOT_FOUND', `The plugin "${manifest.name}" has no file ${path}`, {
      where,
      plugin: manifest.name,
      cause: error,
    });
  }
}
