import { join } from 'node:path';
import { deprecationWords } from '../deprecations/deprecations-of.ts';
import { findSkills } from '../skills/find-skills.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import { realPath } from '../state/places.ts';

/** What a plugin brings besides contributions. */
export interface PluginParts {
  readonly skills: readonly { readonly name: string; readonly description: string }[];
  readonly mcpServers: readonly {
    readonly name: string;
    /** The command line, or the address. */
    readonly reach: string;
  }[];
  /** What a person should know and what keeps nothing from working, such as what is left out. */
  readonly notes: readonly string[];
}

/** Reads it from the plugin's folder. Nothing of it runs. */
export async function partsOf(record: PluginRecord): Promise<PluginParts> {
  const { mcpServers = {}, notes = [], deprecations = [] } = record;
  const found = await skillsOf(record);
  return {
    skills: found.skills.map(({ name, description }) => ({ name, description })),
    mcpServers: Object.entries(mcpServers).map(([name, server]) => ({
      name,
      reach: 'url' in server ? server.url : commandLine(server),
    })),
    notes: [
      ...notes,
      ...deprecations.map((used) => `it ${deprecationWords(used)}`),
      ...found.faults.map(({ message }) => message),
    ],
  };
}

/** Those of one plugin, by themselves. */
export function skillsOf({ manifest: { name, skills: folder }, ...record }: PluginRecord) {
  if (folder === undefined) return Promise.resolve({ skills: [], faults: [] });
  const within = realPath(record.folder);
  return findSkills({ folder: join(within, folder), shown: `${name}/${folder.replace(/^\.\/|\/$/g, '')}`, within });
}

interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

function commandLine({ command, args, env }: CommandLine): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`);
  return [...variables, command, ...args.map(quoted)].join(' ');
}

function quoted(text: string): string {
  return /^[\w@%+=:,./${}-]+$/.test(text) ? text : JSON.stringify(text);
}
