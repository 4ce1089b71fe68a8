import type { Deprecation, Manifest, PluginDefinition } from '@forge/plugin-api';
import type { DeclaredServer } from '../agent-plugins/agent-servers.ts';
import type { Source, ValuePath } from '../faults/source.ts';

/** `default`: comes with the app. `project`: lies in `.forge/plugins`. `configuration`: somebody named it. */
export type PluginOrigin = 'default' | 'project' | 'configuration';

/** A plugin as it was found, before any of its code has run. */
export interface PluginRecord {
  readonly manifest: Manifest;
  /** Absolute. */
  readonly folder: string;
  /** The text of its `plugin.json`, to point at what is wrong. */
  readonly source: Source;
  readonly origin: PluginOrigin;
  /** A plugin that the app brings as an object, or one without code: nothing has to be loaded. */
  readonly definition?: PluginDefinition | undefined;
  /** Of a plugin of the Agent Plugins standard, by name; undefined for Forge's own form. */
  readonly mcpServers?: Readonly<Record<string, DeclaredServer>> | undefined;
  /** What of the plugin API it uses and should not any more, as far as its files say it. */
  readonly deprecations?: readonly Deprecation[] | undefined;
  /** What a person should know of it and what keeps nothing from working, such as what of it is left out. */
  readonly notes?: readonly string[] | undefined;
}

/** A word in a configuration that asks for a plugin. */
export interface PluginUse {
  /** A package's name, or an absolute path. */
  readonly use: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** The strongest layer that names the plugin says whether it is there. */
  readonly enabled: boolean;
  /** Whether it may run in Forge's own process. Undefined: this place does not say. */
  readonly inProcess?: boolean | undefined;
  /** Where packages are looked for, upwards. */
  readonly base: string;
  /** Where it was written. */
  readonly written: Written;
}

/** The place in a configuration that said something. */
export interface Written {
  readonly source?: Source | undefined;
  readonly at: ValuePath;
  /** When there is no text: the name of a variable or flag. */
  readonly where?: string | undefined;
}

/** Plugins that run MCP servers say so in `integrations`. */
const mcpIntegration = 'mcp';

export function runsMcpServers({ manifest }: PluginRecord): boolean {
  return manifest.provides.integrations.includes(mcpIntegration);
}

export function bringsMcpServers({ mcpServers = {} }: PluginRecord): boolean {
  return Object.keys(mcpServers).length > 0;
}
