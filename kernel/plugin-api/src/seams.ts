import type { Agent } from './agent.ts';
import type { EventTransport } from './bus.ts';
import type { Deployer } from './deployer.ts';
import type { Executor } from './executor.ts';
import type { HumanGate } from './gate.ts';
import type { LLMProvider } from './llm.ts';
import type { MemoryStore } from './memory.ts';
import type { Sandbox } from './sandbox.ts';
import type { RunStore } from './store.ts';
import type { Tool } from './tool.ts';
import type { WebhookSender } from './webhook.ts';

/** Everything that can be exchanged in Forge: one kind, one contract. */
export interface Seams {
  /** Does the work of a phase or of one task. */
  agent: Agent;
  /** What an agent may do to the world. */
  tool: Tool;
  /** A language model behind some API. */
  llm: LLMProvider;
  /** What was learned, recalled by meaning. */
  memory: MemoryStore;
  /** The event log with leases, checkpoints, requests to people, and blobs. */
  store: RunStore;
  /** Carries stored events to whoever listens. */
  bus: EventTransport;
  /** Where an execution runs. */
  executor: Executor;
  /** How a tool's command is confined. */
  sandbox: Sandbox;
  /** How a person is asked. */
  gate: HumanGate;
  /** Where a finished change goes. */
  deployer: Deployer;
  /** Tells another server what happened. */
  webhook: WebhookSender;
}

export type Kind = keyof Seams;

/** The word for each kind in `definePlugin` and in a manifest's `provides`. */
export const contributionKeys = {
  agent: 'agents',
  tool: 'tools',
  llm: 'llms',
  memory: 'memories',
  store: 'stores',
  bus: 'buses',
  executor: 'executors',
  sandbox: 'sandboxes',
  gate: 'gates',
  deployer: 'deployers',
  webhook: 'webhooks',
} as const satisfies Record<Kind, string>;

export type ContributionKey = (typeof contributionKeys)[Kind];

export const kinds = Object.keys(contributionKeys) as readonly Kind[];

/** What one plugin brings: for each kind, its implementations. */
export type Contributions = {
  readonly [K in Kind as (typeof contributionKeys)[K]]?: readonly Seams[K][];
};

/** The name under which a contribution is registered: `id` for agents and gates, `name` for all else. */
export function contributionName(contribution: Seams[Kind]): string {
  return 'id' in contribution ? contribution.id : contribution.name;
}
