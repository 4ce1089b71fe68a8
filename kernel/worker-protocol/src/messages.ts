import {
  type AgentPlace,
  type ContextSnapshot,
  type ExecutionJob,
  type Json,
  jsonSchema,
  type ModelCapabilities,
  z,
} from '@forge/plugin-api';
import { faultSchema } from './fault.ts';

/** Versions of this protocol that both ends of this package speak, the best first. */
export const protocolVersions: readonly number[] = [1];

/** Milliseconds between signs of life, and how many may stay out before the other side counts as gone. */
export const heartbeat = { everyMs: 5_000, missed: 6 } as const;

/** One thing that one side says to the other. Without `result` it is a notification: nobody answers it. */
export interface Message {
  readonly params: z.ZodType;
  readonly result?: z.ZodType;
}
export type Messages = Readonly<Record<string, Message>>;

const nothing = z.undefined();
/** Came as JSON, and its shape is the business of who asked and who answers. */
const json = z.custom<Json | undefined>();
const record = z.record(z.string(), z.custom<Json>());

const breakerSchema = z.strictObject({
  shouldBreak: z.boolean(),
  breaker: z.string().optional(),
  reason: z.string().optional(),
});
const safetySchema = z.strictObject({
  state: z.strictObject({
    costUsd: z.number(),
    tokens: z.number(),
    iterations: z.number(),
    toolCalls: z.number(),
    elapsedMs: z.number(),
  }),
  check: breakerSchema,
});
export type Safety = z.output<typeof safetySchema>;

const jobSchema = z.strictObject({
  runId: z.string(),
  executionId: z.string(),
  agent: z.string(),
  input: jsonSchema,
}) satisfies z.ZodType<ExecutionJob>;

const placeSchema = z.strictObject({
  agent: z.string(),
  plugin: z.string(),
  folder: z.string(),
  origin: z.enum(['default', 'project', 'configuration']),
  options: z.record(z.string(), jsonSchema),
  variables: z.record(z.string(), z.string()),
}) satisfies z.ZodType<AgentPlace>;

const welcomeSchema = z.strictObject({
  version: z.int(),
  job: jobSchema,
  place: placeSchema,
  tools: z.array(z.strictObject({ name: z.string(), description: z.string(), inputSchema: record })),
  capabilities: z.custom<ModelCapabilities>((value) => typeof value === 'object' && value !== null),
  safety: safetySchema,
  shared: z.custom<ContextSnapshot>((value) => typeof value === 'object' && value !== null),
});
export type Welcome = z.output<typeof welcomeSchema>;

const chatRequest = z.looseObject({
  system: z.string(),
  messages: z.array(z.looseObject({ role: z.enum(['user', 'assistant']), content: z.array(z.looseObject({})) })),
});

/** What a worker says. `hello` comes first, `done` last. */
export const workerMessages = {
  hello: {
    params: z.strictObject({ versions: z.array(z.int()), token: z.string().optional() }),
    result: welcomeSchema,
  },
  'llm.chat': { params: chatRequest, result: json },
  'tools.call': { params: z.strictObject({ name: z.string(), input: record }), result: json },
  'memory.recall': { params: record, result: json },
  'memory.store': { params: record, result: json },
  'memory.update': { params: z.strictObject({ id: z.string(), changes: record }), result: json },
  ask: { params: z.looseObject({ question: z.string() }), result: json },
  /** Answered with the step's recorded result, or, after `step.run` with the same id, with what that gave. */
  step: { params: z.strictObject({ id: z.int(), name: z.string() }), result: json },
  note: { params: z.strictObject({ decision: z.string(), rationale: z.string() }), result: nothing },
  progress: { params: z.strictObject({ message: z.string() }) },
  'bus.emit': {
    params: z.strictObject({ type: z.string(), payload: json, rationale: z.string().optional() }),
    result: nothing,
  },
  'bus.replay': { params: z.strictObject({ traceId: z.string() }), result: json },
  'bus.on': { params: z.strictObject({ id: z.int(), type: z.string() }) },
  'bus.off': { params: z.strictObject({ id: z.int() }) },
  log: {
    params: z.strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']),
      message: z.string(),
      facts: record.optional(),
    }),
  },
  heartbeat: { params: nothing },
  done: { params: z.strictObject({ output: json.optional(), fault: faultSchema.optional() }) },
} as const satisfies Messages;

/** What an orchestrator says. */
export const orchestratorMessages = {
  'step.run': { params: z.strictObject({ id: z.int() }), result: json },
  /** Comes before the answer of the call that changed it. */
  safety: { params: safetySchema },
  'bus.event': { params: z.strictObject({ id: z.int(), event: record }) },
  /** The execution is over, for this reason: the worker says `done` with it, whatever its agent does, and ends. */
  cancel: { params: z.strictObject({ fault: faultSchema }) },
  heartbeat: { params: nothing },
} as const satisfies Messages;

export type WorkerMessages = typeof workerMessages;
export type OrchestratorMessages = typeof orchestratorMessages;
