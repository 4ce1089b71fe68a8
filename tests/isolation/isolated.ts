import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Forge, type ForgeOptions, openForge } from '@forge/core';
import { apiVersion, type ManifestInput } from '@forge/plugin-api';
import { createRecordingLogger, type LogEntry } from '@forge/testkit/fakes';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface PluginFiles {
  /** A template of `forge plugin create` by kind, the code of a plugin, or such code beside a template. */
  readonly template?: string;
  readonly code?: string;
  readonly manifest?: Partial<ManifestInput>;
}

export interface IsolatedOptions extends PluginFiles {
  readonly options?: Record<string, unknown>;
  /** Default `process`, which confines nothing: then Node's permission model is alone. */
  readonly sandbox?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly limits?: ForgeOptions['limits'];
  readonly interaction?: ForgeOptions['interaction'];
  readonly safeMode?: boolean;
}

export interface Isolated {
  readonly forge: Forge;
  /** The person's repository. */
  readonly cwd: string;
  readonly home: string;
  readonly log: readonly LogEntry[];
  close(): Promise<void>;
}

/** The real host with the real default plugins, and one plugin of somebody else, which nobody let into the process. */
export async function openIsolated(options: IsolatedOptions): Promise<Isolated> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'forge-isolated-')));
  const [cwd, home, plugin] = [join(folder, 'repository'), join(folder, 'home'), join(folder, 'plugin')];
  for (const path of [join(cwd, '.git'), home]) mkdirSync(path, { recursive: true });
  writeFileSync(join(cwd, '.git/HEAD'), '');
  putPlugin(plugin, options);
  const log = createRecordingLogger();
  const forge = await openForge({
    cwd,
    env: { PATH: process.env['PATH'], HOME: home, ...options.env },
    pluginFolders: [join(root, 'plugins')],
    interaction: options.interaction ?? { interactive: false, ask: async () => undefined },
    log,
    trust: true,
    forgeVersion: apiVersion,
    flags: {
      plugins: [{ use: plugin, options: options.options ?? {} }],
      sandbox: { use: options.sandbox ?? 'process' },
    },
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.safeMode === undefined ? {} : { safeMode: options.safeMode }),
  });
  return {
    forge,
    cwd,
    home,
    log: log.entries,
    async close() {
      try {
        await forge.close();
      } finally {
        rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
      }
    },
  };
}

/** Makes the folder of a plugin. */
export function putPlugin(folder: string, { template, code, manifest }: PluginFiles): void {
  mkdirSync(folder, { recursive: true });
  // Not cpSync: of links within a folder it makes links, whatever it is told.
  if (template !== undefined)
    execFileSync('cp', ['-RL', `${join(root, 'tools/plugin-templates', template)}/.`, folder]);
  if (code !== undefined) writeFileSync(join(folder, 'index.ts'), code);
  writeFileSync(join(folder, 'plugin.json'), JSON.stringify({ ...manifestOf(folder), ...manifest }));
}

function manifestOf(plugin: string): object {
  try {
    return JSON.parse(readFileSync(join(plugin, 'plugin.json'), 'utf8')) as object;
  } catch {
    return { name: 'somebodys', version: '1.0.0', type: 'tool', entry: './index.ts', provides: {} };
  }
}

/** A file with all folders above it. */
export function put(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}
