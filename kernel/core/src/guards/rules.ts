import {
  type Agent,
  agentContracts,
  type AgentType,
  jsonSchema,
  type Kind,
  memorySchema,
  recallQuerySchema,
  type RunStore,
  type Tool,
  z,
} from '@forge/plugin-api';
import type { Contribution, KindRule, MethodRule } from './guard.ts';
import { isZod4 } from './standard-schema.ts';

const toolLimitMs = 120_000;
/** A store that is silent for longer is as good as gone. */
const storeLimitMs = 60_000;
/** Whoever wants to listen does nothing else until it does. */
const busLimitMs = 60_000;
/** No command is started before its sandbox has answered. */
const sandboxLimitMs = 60_000;
/** A receiver that has not answered by then has to be asked again. */
const webhookLimitMs = 15_000;

const plain: MethodRule = {};
const stored: MethodRule = { limit: () => ({ milliseconds: storeLimitMs, code: 'STORE_FAILED' }) };
const optional: MethodRule = { optional: true };
const sync: MethodRule = { sync: true };
const cancelled = (context: number): MethodRule => ({ context });

const contractOf = (self: Contribution) =>
  agentContracts[(self as Agent).type as AgentType] as (typeof agentContracts)[AgentType] | undefined;
const toolOf = (self: Contribution) => self as Tool;

const storeMethods: readonly (keyof RunStore)[] = [
  'createRun',
  'getRun',
  'listRuns',
  'deleteRun',
  'requestStop',
  'acquireLease',
  'renewLease',
  'releaseLease',
  'readLease',
  'append',
  'readEvents',
  'openRequest',
  'decideRequest',
  'addVote',
  'getRequest',
  'listRequests',
  'saveCheckpoint',
  'listCheckpoints',
  'putBlob',
  'getBlob',
  'collectGarbage',
  'saveWebhook',
  'markWebhook',
  'listWebhooks',
  'deleteWebhook',
  'claimDeliveries',
  'settleDelivery',
  'requeueDelivery',
  'listDeliveries',
  'countDeliveries',
];

const newMemorySchema = memorySchema.omit({ id: true, createdAt: true, updatedAt: true });
/** What is started, so that nobody who rewrites a command can say more of its start than that. */
const commandSchema = z.strictObject({
  file: z.string(),
  args: z.array(z.string()),
  cwd: z.string(),
  env: z.record(z.string(), z.string()),
  stdin: z.string().optional(),
});
const memories = z.array(memorySchema.extend({ score: z.number() }));

/** One row for each kind: what is taken over, what is called, and what is checked around a call. */
export const guardRules: Readonly<Record<Kind, KindRule>> = {
  agent: {
    properties: ['id', 'type', 'description'],
    methods: {
      execute: {
        context: 1,
        input: (self) => contractOf(self)?.input,
        output: (self) => contractOf(self)?.output ?? jsonSchema,
        freezeInput: true,
        carriesKernelErrors: true,
      },
    },
    lost: 'WORKER_LOST',
    fault: (self) => (typeof (self as Agent).type === 'string' ? undefined : 'has no type'),
  },
  tool: {
    properties: ['name', 'description', 'schema', 'effect', 'offered', 'timeoutMs'],
    methods: {
      execute: {
        context: 1,
        limit: (self) => ({ milliseconds: toolOf(self).timeoutMs ?? toolLimitMs, code: 'TOOL_TIMEOUT' }),
        input: (self) => toolOf(self).schema.input,
        output: (self) => toolOf(self).schema.output,
      },
      render: { sync: true, optional: true },
      describe: { sync: true, optional: true },
      touches: { sync: true, optional: true },
      probe: { optional: true, context: 1 },
    },
    fault: toolFault,
  },
  llm: {
    properties: ['name', 'defaultModel'],
    methods: {
      chat: cancelled(1),
      capabilities: sync,
      countTokens: { ...cancelled(1), optional: true },
      embed: { ...cancelled(1), optional: true },
      probe: { ...cancelled(0), optional: true },
    },
    lost: 'LLM_UNAVAILABLE',
  },
  memory: {
    properties: ['name'],
    methods: {
      store: { input: () => newMemorySchema, output: () => memorySchema },
      recall: { input: () => recallQuerySchema, output: () => memories },
      get: { output: () => memorySchema.optional() },
      update: { output: () => memorySchema },
      forget: plain,
      consolidate: plain,
      close: optional,
    },
  },
  store: {
    properties: ['name'],
    methods: {
      ...Object.fromEntries(storeMethods.map((method) => [method, stored])),
      measure: optional,
      close: optional,
    },
    lost: 'STORE_FAILED',
  },
  bus: {
    properties: ['name'],
    methods: {
      publish: plain,
      subscribe: { ...sync, callback: 1, limit: () => ({ milliseconds: busLimitMs, code: 'PLUGIN_FAULT' }) },
      close: optional,
    },
  },
  executor: {
    properties: ['name'],
    methods: { execute: { carriesKernelErrors: true }, close: optional },
    lost: 'WORKER_LOST',
  },
  sandbox: {
    properties: ['name', 'level'],
    methods: {
      probe: cancelled(0),
      wrap: {
        ...sync,
        limit: () => ({ milliseconds: sandboxLimitMs, code: 'SANDBOX_UNAVAILABLE' }),
        output: () => commandSchema,
      },
    },
  },
  gate: {
    properties: ['id'],
    methods: { condition: sync, request: cancelled(1) },
  },
  deployer: {
    properties: ['name'],
    methods: {
      plan: cancelled(1),
      deployTo: cancelled(2),
      measure: { ...cancelled(1), optional: true },
      rollback: { ...cancelled(2), optional: true },
    },
  },
  webhook: {
    properties: ['name'],
    methods: {
      send: {
        ...cancelled(1),
        limit: () => ({ milliseconds: webhookLimitMs, code: 'WEBHOOK_FAILED' }),
      },
    },
    lost: 'WEBHOOK_FAILED',
  },
};

/** Models get a tool's JSON Schema, which only zod 4 can give. */
function toolFault(self: Contribution): string | undefined {
  const { schema, description } = self as Partial<Tool>;
  if (typeof description !== 'string') return 'has no description';
  for (const side of ['input', 'output'] as const) {
    if (isZod4(schema?.[side])) continue;
    return `has no schema.${side} of zod 4: take z from @forge/plugin-api`;
  }
  return undefined;
}
