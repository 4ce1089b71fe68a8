import { contributionKeys, type Kind, isForgeError, type ResolvedConfig } from '@forge/plugin-api';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import type { Registry } from '../plugins/registry.ts';
import { ownSandboxes } from './choose-sandbox.ts';
import { allowedTools } from './run-deps.ts';

/** The plugins that a run with this configuration may load. Names that nobody owns are left for whoever asks for them. */
export function usedPlugins(config: ResolvedConfig, registry: Registry): PluginRecord[] {
  const owners = wantedNames(config, registry).flatMap(([kind, names]) =>
    names.flatMap((name) => ownerIfAny(kind, name, registry)),
  );
  return [...new Set(owners)];
}

/** Throws CONTRIBUTION_NOT_FOUND when the configuration names something that a plugin would bring and nobody brings. */
export function requireNamesOf({ manifest }: PluginRecord, config: ResolvedConfig, registry: Registry): void {
  for (const [kind, names] of wantedNames(config, registry)) {
    // Of models, `auto` takes whichever is there.
    if (kind === 'llm' && config.llm.provider === 'auto') continue;
    const own = manifest.provides[contributionKeys[kind]];
    for (const name of names) if (own.includes(name.slice(name.lastIndexOf('/') + 1))) registry.owner(kind, name);
  }
}

function wantedNames(
  config: ResolvedConfig,
  registry: Registry,
): readonly (readonly [kind: Kind, names: readonly string[]])[] {
  const providers = config.llm.provider === 'auto' ? (config.llm.auto ?? []) : [config.llm.provider];
  const fallbacks = config.llm.fallback.map((entry) => entry.slice(0, entry.indexOf(':')));
  return [
    ['agent', Object.values(config.agents)],
    ['tool', allowedTools(config, registry)],
    ['llm', [...providers, ...fallbacks]],
    ['memory', [config.memory]],
    ['store', [config.store]],
    ['bus', [config.bus]],
    ['executor', [config.executor]],
    ['sandbox', config.sandbox.use === 'auto' ? ownSandboxes(registry) : [config.sandbox.use]],
    ['gate', config.gates],
    ['deployer', [config.deployment.deployer]],
    ['webhook', config.webhooks.map(({ use = config.webhookSender }) => use)],
  ];
}

function ownerIfAny(kind: Kind, name: string, registry: Registry): PluginRecord[] {
  try {
    return [registry.owner(kind, name)];
  } catch (error) {
    if (isForgeError(error, 'CONTRIBUTION_NOT_FOUND')) return [];
    throw error;
  }
}
