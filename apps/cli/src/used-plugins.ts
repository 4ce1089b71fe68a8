import { contributionKeys, type Kind, type Manifest, type ResolvedConfig } from '@forge/plugin-api';

interface PluginInUse {
  readonly manifest: Manifest;
  readonly takesPart?: boolean | undefined;
  readonly mcpServers?: readonly unknown[] | undefined;
}

/** Does a run with this configuration use something that the plugin brings? */
export function isUsed(
  config: ResolvedConfig,
  { manifest: { name: plugin, provides, skills }, takesPart = false, mcpServers = [] }: PluginInUse,
): boolean {
  if (takesPart && (skills !== undefined || mcpServers.length > 0)) return true;
  return (Object.keys(contributionKeys) as Kind[]).some((kind) => {
    const names = provides[contributionKeys[kind]];
    if (kind === 'tool' && !takesPart) return names.some((name) => config.tools.allow.includes(name));
    const wanted = usedNames[kind](config, names);
    return names.some((name) => wanted.includes(name) || wanted.includes(`${plugin}/${name}`));
  });
}

/** The names of each kind that configuration chooses, from those that a plugin brings. */
const usedNames: Record<Kind, (config: ResolvedConfig, names: readonly string[]) => readonly string[]> = {
  agent: ({ agents }) => Object.values(agents),
  tool: ({ tools: { allow, deny } }, names) =>
    names.filter((name) => [name, '*'].some((word) => allow.includes(word)) && !deny.includes(name)),
  llm: ({ llm }) => [
    ...(llm.provider === 'auto' ? (llm.auto ?? []) : [llm.provider]),
    ...llm.fallback.map((choice) => choice.split(':')[0] ?? ''),
  ],
  memory: ({ memory }) => [memory],
  store: ({ store }) => [store],
  bus: ({ bus }) => [bus],
  executor: ({ executor }) => [executor],
  sandbox: ({ sandbox }, names) => (sandbox.use === 'auto' ? names : [sandbox.use]),
  gate: ({ gates }) => gates,
  deployer: ({ deployment }) => [deployment.deployer],
  webhook: ({ webhooks, webhookSender }) => webhooks.map(({ use = webhookSender }) => use),
};
