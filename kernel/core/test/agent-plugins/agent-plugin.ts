import type { ForgeError } from '@forge/plugin-api';
import { readManifest } from '../../src/manifests/read-manifest.ts';
import type { PluginRecord } from '../../src/manifests/plugin-record.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const schema = (name: string, version = '1.0.0') => `https://agent-plugins.org/schemas/${version}/${name}.schema.json`;

export const agentManifest = (more: object = {}) => ({ $schema: schema('plugin'), name: 'reports', ...more });

export const mcpFile = (mcpServers: object, version?: string) => ({ $schema: schema('mcp', version), mcpServers });

export const skillText = (name: string) => `---\nname: ${name}\ndescription: How ${name} is done.\n---\nDo ${name}.\n`;

/** The folder of an Agent Plugin. */
export function agentPlugin(files: Parameters<typeof temporaryFolder>[0] = {}): string {
  return temporaryFolder({ 'plugin.json': agentManifest(), ...files });
}

export async function read(folder: string): Promise<{ record?: PluginRecord; faults: readonly ForgeError[] }> {
  const found = readManifest(folder, 'configuration', (file) => file);
  if (found === undefined) throw new Error('there is no manifest');
  return found.record === undefined ? { faults: await found.faults } : { record: found.record, faults: [] };
}
