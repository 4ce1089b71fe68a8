import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ForgeFaults, type Manifest, type ProbeResult } from '@forge/plugin-api';
import type { ForgeOptions } from '../forge.ts';
import { openHost } from '../host/open-host.ts';
import { tokens } from '../host/tokens.ts';
import { inspectPlugin } from '../inspection/inspect-plugin.ts';
import { type PluginParts, partsOf } from '../inspection/plugin-parts.ts';
import { recordIn } from '../installation/fetch-plugin.ts';
import { optionValues } from '../installation/plugin-options.ts';
import { realPath } from '../state/places.ts';

export interface LoadFolderRequest {
  /** Absolute. */
  readonly folder: string;
  /** Options as texts, by name. */
  readonly options: Readonly<Record<string, string>>;
}

export interface LoadedFolder {
  readonly manifest: Manifest;
  readonly parts: PluginParts;
  readonly promptTokens: number;
  readonly missingSecrets: readonly string[];
  readonly check: ProbeResult | undefined;
}

/**
 * Loads the plugin of a folder as it lies, in a place of its own: no configuration, no lock and no trust of a project is
 * asked, because who says the path means this code. Rejects with all that is wrong with it.
 */
export async function loadFolder(forge: ForgeOptions, { folder, options }: LoadFolderRequest): Promise<LoadedFolder> {
  const { manifest } = await recordIn(folder, folder, forge.deprecations);
  const cwd = await mkdtemp(join(tmpdir(), 'forge-plugin-load-'));
  try {
    // In this process: its author looks at the very objects.
    const entry = { use: folder, options: { ...optionValues(manifest, options) }, inProcess: true };
    const { host, close } = await openHost({ ...forge, cwd, flags: { plugins: [entry] } });
    try {
      const { plugins } = host.get(tokens.discovered);
      const record = plugins.find((each) => each.folder === realPath(folder));
      if (record === undefined) throw new Error(`${folder} is no plugin any more`);
      const { faults, promptTokens = 0, missingSecrets, check } = await inspectPlugin(host, record);
      if (faults.length > 0) throw new ForgeFaults(faults);
      return { manifest, parts: await partsOf(record), promptTokens, missingSecrets, check };
    } finally {
      await close();
    }
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}
