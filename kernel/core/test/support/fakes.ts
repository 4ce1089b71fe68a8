import {
  definePlugin,
  type LLMProvider,
  type ManifestInput,
  type MemoryStore,
  type PluginDefinition,
  type Sandbox,
  type Tool,
  z,
} from '@forge/plugin-api';
import type { InlinePlugin } from '../../src/manifests/discover.ts';
import { manifest } from './open.ts';

/** A plugin as an object, with the manifest that goes with it. */
export function inline(
  name: string,
  provides: ManifestInput['provides'],
  definition: PluginDefinition,
  more: Partial<ManifestInput> = {},
): InlinePlugin {
  return { manifest: manifest(name, provides, more), definition };
}

export function tool(name: string, more: Partial<Tool> = {}): Tool {
  return {
    name,
    description: name,
    schema: { input: z.object({}), output: z.object({}) },
    execute: async () => ({}),
    ...more,
  };
}

export function provider(name: string, more: Partial<LLMProvider> = {}): LLMProvider {
  return {
    name,
    defaultModel: `${name}-1`,
    chat: async () => ({ model: `${name}-1`, content: [{ type: 'text', text: 'hello' }], stopReason: 'end' }),
    capabilities: () => ({ contextTokens: 1, maxOutputTokens: 1, tools: true, images: true, structuredOutput: true }),
    ...more,
  };
}

export function llm(name: string, secrets: readonly string[], more: Partial<LLMProvider> = {}): InlinePlugin {
  const permissions = { secrets: [...secrets] };
  return inline(`llm-${name}`, { llms: [name] }, definePlugin({ llms: [provider(name, more)] }), { permissions });
}

export function sandbox(name: string, level: Sandbox['level'], probe: Sandbox['probe']): InlinePlugin {
  const made: Sandbox = { name, level, probe, wrap: (command) => command };
  return inline(`sandbox-${name}`, { sandboxes: [name] }, definePlugin({ sandboxes: [made] }));
}

export function memory(name: string, more: Partial<MemoryStore> = {}): InlinePlugin {
  const nothing = () => Promise.reject(new Error('not in this test'));
  const made: MemoryStore = {
    name,
    store: nothing,
    recall: async () => [],
    get: async () => undefined,
    update: nothing,
    forget: async () => {},
    consolidate: async () => ({ merged: 0 }),
    ...more,
  };
  return inline(`memory-${name}`, { memories: [name] }, definePlugin({ memories: [made] }));
}
