import { type ForgeError, faultsOf, forgeError, type ProbeResult, type Tool } from '@forge/plugin-api';
import type { Container } from '../container.ts';
import { tokens } from '../host/tokens.ts';
import { bringsOf } from '../installation/plugin-words.ts';
import { bringsMcpServers, type PluginRecord, runsMcpServers } from '../manifests/plugin-record.ts';
import { promptTokensOf } from './prompt-tokens.ts';

/** What became of a plugin that was really started. */
export interface Inspection {
  readonly faults: readonly ForgeError[];
  /** Secrets that it reads and that the environment does not have. */
  readonly missingSecrets: readonly string[];
  /** What its own check said; undefined when it has none, or cannot pass it without its secrets. */
  readonly check: ProbeResult | undefined;
  /** Measured; undefined when it did not start. */
  readonly promptTokens: number | undefined;
}

/** Starts a plugin, asks for everything that it brings, and lets it check what it needs. Rejects with nothing. */
export async function inspectPlugin(host: Container, record: PluginRecord): Promise<Inspection> {
  const { manifest } = record;
  const { env } = host.get(tokens.options);
  const registry = host.get(tokens.registry);
  const activation = host.get(tokens.activation);
  const missingSecrets = manifest.permissions.secrets.filter((name) => name !== '*' && !env[name]);
  try {
    await activation.activate(record);
    const tools: Tool[] = [];
    for (const [kind, name] of bringsOf(manifest)) {
      const contribution = await registry.get(kind, `${manifest.name}/${name}`);
      if (kind === 'tool') tools.push(contribution as Tool);
    }
    const promptTokens = await promptTokensOf(tools);
    const check = missingSecrets.length > 0 ? undefined : await checkOf(host, record);
    const faults = [...checkFault(record, check), ...tokensFault(record, promptTokens)];
    return { faults, missingSecrets, check, promptTokens };
  } catch (error) {
    return { faults: faultsOf(error), missingSecrets, check: undefined, promptTokens: undefined };
  }
}

/** What a plugin without code needs is tried by the plugin that runs it. */
async function checkOf(host: Container, record: PluginRecord): Promise<ProbeResult | undefined> {
  const activation = host.get(tokens.activation);
  if (!bringsMcpServers(record)) return activation.check(record);
  const runner = host.get(tokens.discovered).plugins.find(runsMcpServers);
  if (runner === undefined) return { ok: false, detail: 'there is no plugin here that runs MCP servers' };
  await activation.activate(runner);
  return activation.check(runner, { plugin: record.manifest.name });
}

function checkFault({ manifest: { name } }: PluginRecord, check: ProbeResult | undefined): ForgeError[] {
  if (check === undefined || check.ok) return [];
  const message = `The plugin "${name}" starts, but what it needs is not there`;
  return [forgeError('PLUGIN_CHECK', message, { why: check.detail, plugin: name })];
}

/** Who reads the manifest counts on what it says. */
function tokensFault({ manifest, source }: PluginRecord, measured: number): ForgeError[] {
  const { name, promptTokens: said } = manifest;
  if (said === undefined || measured <= said) return [];
  return [
    forgeError('PLUGIN_MISMATCH', `The plugin "${name}" costs ${measured} tokens in every prompt, and says ${said}`, {
      where: source.file,
      fix: `Set "promptTokens" to ${measured} in its plugin.json.`,
      plugin: name,
    }),
  ];
}
