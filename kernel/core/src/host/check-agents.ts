import { type AgentType, type ForgeError, ForgeFaults, faultsOf, isForgeError } from '@forge/plugin-api';
import type { Configuration } from '../config/read-configuration.ts';
import { placed } from '../faults/schema-faults.ts';
import type { PluginRecord, Written } from '../manifests/plugin-record.ts';
import type { Registry } from '../plugins/registry.ts';

/**
 * Loads the agents that a person chose or wrote, and rejects with every fault of theirs: a plugin that cannot start,
 * and CONFIG_INVALID for an agent of another type than its role. Otherwise the fault would show only when the agent's
 * phase begins, when the phases before are paid for. The app's own agents in their own roles need no look.
 */
export async function checkAgents({ config, origins }: Configuration, registry: Registry): Promise<void> {
  const roles = Object.entries(config.agents) as [AgentType, string][];
  const outcomes = await Promise.allSettled(
    roles.map(async ([role, name]) => {
      const owner = ownerOf(name, registry);
      const origin = origins.get(`agents.${role}`);
      const isUsual = origin === undefined || origin.isDefault || name === role;
      if (owner === undefined || (owner.origin === 'default' && isUsual)) return;
      const { type } = await registry.get('agent', name);
      if (type !== role) throw await wrongType(role, name, type, origin?.written);
    }),
  );
  const faults = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  // A plugin that brings several of them fails once.
  const all = [...new Set(faults)].flatMap(faultsOf);
  if (all.length > 0) throw all.length === 1 ? all[0] : new ForgeFaults(all);
}

/** An app may come without the plugins that the defaults name: whoever needs them is told. */
function ownerOf(name: string, registry: Registry): PluginRecord | undefined {
  try {
    return registry.owner('agent', name);
  } catch (error) {
    if (isForgeError(error, 'CONTRIBUTION_NOT_FOUND')) return undefined;
    throw error;
  }
}

function wrongType(role: AgentType, name: string, type: AgentType, written: Written | undefined): Promise<ForgeError> {
  return placed(
    { path: ['agents', role], aspect: 'value', text: `"${name}" is an agent of type ${type}, not ${role}` },
    {
      code: 'CONFIG_INVALID',
      source: written?.source,
      ...(written?.where === undefined ? {} : { where: written.where }),
      fix: `Choose an agent of type ${role}: forge agents shows them all.`,
    },
  );
}
