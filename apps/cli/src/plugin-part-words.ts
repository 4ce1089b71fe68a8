import type { PluginParts } from '@forge/core/installation';
import { oneLine } from './render/text-width.ts';

/** A few words for each thing that a plugin brings besides contributions. */
export function partWords({ skills = [], mcpServers = [] }: Partial<PluginParts>): string[] {
  return [...skills.map(({ name }) => `skill ${name}`), ...mcpServers.map(({ name }) => `MCP server ${name}`)];
}

/** What is started, or connected to, for each server. */
export function serverLines(mcpServers: PluginParts['mcpServers']): string[] {
  return mcpServers.map(({ name, reach }) => oneLine(`${name}: ${reach}`));
}

/** What they add to prompts; nothing where there are none. */
export function partCosts({ skills = [], mcpServers = [] }: Partial<PluginParts>): string {
  const parts = [
    ...(skills.length === 0 ? [] : ['names and descriptions of its skills']),
    ...(mcpServers.length === 0 ? [] : ['three tools, which all MCP servers share']),
  ];
  return parts.length === 0 ? '' : `${parts.join(', and ')}; all else is read when it is wanted`;
}
