import { type AgentPlace, forgeError, type JsonObject, jsonSchema } from '@forge/plugin-api';
import type { PluginStart } from '../plugins/activation.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import type { Registry } from '../plugins/registry.ts';

export interface AgentPlaceDeps extends PluginStart {
  readonly registry: Registry;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Where an agent lies, as data; undefined when its plugin has a process of its own. Rejects with CONTRIBUTION_NOT_FOUND, with TRUST_REQUIRED, and with UNSUPPORTED when
 * the plugin or its options exist as objects of this process.
 */
export async function agentPlace(name: string, deps: AgentPlaceDeps): Promise<AgentPlace | undefined> {
  const record = deps.registry.owner('agent', name);
  if (deps.isIsolated(record)) return undefined;
  await deps.allow(record);
  const { manifest, folder, origin } = record;
  if (record.definition !== undefined) throw onlyHere(record, 'is an object of this process');
  const options = deps.optionsOf(record).value;
  if (!jsonSchema.safeParse(options).success) throw onlyHere(record, 'has options that are not JSON');
  const asked = [...manifest.permissions.env, ...manifest.permissions.secrets];
  return Object.freeze({
    agent: manifest.provides.agents.includes(name) ? name : name.slice(name.lastIndexOf('/') + 1),
    plugin: manifest.name,
    folder,
    origin,
    options: options as JsonObject,
    variables: Object.fromEntries(asked.flatMap((variable) => entryOf(variable, deps.env[variable]))),
  });
}

function entryOf(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]];
}

function onlyHere({ manifest }: PluginRecord, why: string) {
  return forgeError('UNSUPPORTED', `The plugin "${manifest.name}" ${why}, so its agents can run nowhere else`, {
    plugin: manifest.name,
    fix: 'set "executor" to "in-process"',
  });
}
