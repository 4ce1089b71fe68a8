import type { RunDeps } from '@forge/engine';
import type { Clock, LeaseOwner, Logger, McpServers, Skills } from '@forge/plugin-api';
import type { Configuration } from '../config/read-configuration.ts';
import { token } from '../container.ts';
import type { ForgeOptions } from '../forge.ts';
import type { Discovered } from '../manifests/discover.ts';
import type { Activation, PluginStart } from '../plugins/activation.ts';
import type { LoadCode } from '../plugins/load-module.ts';
import type { PluginWorld } from '../plugins/plugin-context.ts';
import type { Registry } from '../plugins/registry.ts';
import type { Masker } from '../secrets.ts';
import type { Places } from '../state/places.ts';
import type { Trust } from '../trust/trust.ts';
import type { Models } from './choose-models.ts';
import type { DecisionLinks, WebhookKeys, Webhooks } from '../webhooks/index.ts';
import type { ChosenSandbox } from './choose-sandbox.ts';

/** Everything the host is built from. What each is made of stands in build-host.ts. */
export const tokens = {
  options: token<ForgeOptions>('options'),
  places: token<Places>('places'),
  clock: token<Clock>('clock'),
  newId: token<() => string>('new-id'),
  masker: token<Masker>('masker'),
  log: token<Logger>('log'),
  owner: token<LeaseOwner>('owner'),
  /** Aborted when the host stops. */
  stopping: token<AbortController>('stopping'),
  trust: token<Trust>('trust'),
  loadCode: token<LoadCode>('load-code'),
  configuration: token<Configuration>('configuration'),
  discovered: token<Discovered>('discovered'),
  pluginWorld: token<PluginWorld>('plugin-world'),
  pluginStart: token<PluginStart>('plugin-start'),
  activation: token<Activation>('activation'),
  registry: token<Registry>('registry'),
  models: token<Models>('models'),
  sandbox: token<() => Promise<ChosenSandbox>>('sandbox'),
  pluginSandbox: token<() => Promise<ChosenSandbox>>('sandbox of plugins'),
  webhookKeys: token<WebhookKeys>('webhook-keys'),
  decisionLinks: token<DecisionLinks>('decision-links'),
  webhooks: token<Webhooks>('webhooks'),
  repositoryId: token<string>('repository-id'),
  skills: token<Skills>('skills'),
  mcpServers: token<McpServers>('mcp-servers'),
  runDeps: token<RunDeps>('run-deps'),
} as const;
