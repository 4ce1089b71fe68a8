import { z } from 'zod';
import { humanRequestSchema, decisionSchema, voteSchema } from './gate.ts';
import { jsonSchema } from './json.ts';
import {
  changeSchema,
  findingSchema,
  phaseNames,
  planSchema,
  requirementSchema,
  riskLevels,
  testEvidenceSchema,
} from './phase-io.ts';

const usage = z.strictObject({
  inputTokens: z.number(),
  outputTokens: z.number(),
  cacheReadTokens: z.number(),
  cacheWriteTokens: z.number(),
});
const fault = z.strictObject({ code: z.string(), message: z.string(), fix: z.string().optional() });
const ordinal = z.int().min(1);
const range = z.strictObject({ low: z.number(), high: z.number() });
/** What a call to a model cost, or may have cost; nothing of it when there was nothing to pay for. */
const paid = { usage: usage.optional(), costUsd: z.number().optional(), estimated: z.boolean().optional() };
const circuit = { subject: z.enum(['model', 'tool']), name: z.string() };

/** Why a run waits. */
export const parkReasons = [
  'approval',
  'question',
  'outcome-unknown',
  'quota',
  'budget',
  'stopped',
  'disk-full',
  'recovery-limit',
] as const;

/**
 * Every event there is. A run's events are its only log: the command line, the server, webhooks and resumption read
 * nothing else. A new event is a new row; a row's fields may grow by optional ones and never change their meaning.
 */
export const eventSchemas = {
  'run.started': z.strictObject({
    requirement: requirementSchema,
    base: z.strictObject({ commit: z.string(), branch: z.string().optional(), dirty: z.boolean() }),
    branch: z.string(),
    budgetUsd: z.number(),
    automationLevel: z.int(),
    phases: z.array(z.enum(phaseNames)),
    agents: z.record(z.string(), z.string()),
    models: z.record(z.string(), z.string()),
    /** A recording is played instead of a live model. */
    recorded: z.boolean(),
    forgeVersion: z.string(),
    /** Of a run that began as a copy of another one's first events. */
    forkedFrom: z
      .strictObject({
        runId: z.string(),
        /** The last event that was taken over, and its hash in the other run. */
        seq: z.int(),
        hash: z.string(),
        /** What agents were told that the branch of the change is called; in this run, they go on being told so. */
        branch: z.string(),
        /** What the other run had spent by then. It is no part of what this one spends. */
        costUsd: z.number(),
        tokens: z.number(),
      })
      .optional(),
    /** What the events mean together. Undefined: 1. */
    journalVersion: z.int().optional(),
  }),
  'run.resumed': z.strictObject({
    owner: z.string(),
    fence: z.int(),
    budgetUsd: z.number().optional(),
    forgeVersion: z.string().optional(),
    journalVersion: z.int().optional(),
  }),
  'run.parked': z.strictObject({
    reason: z.enum(parkReasons),
    detail: z.string(),
    requestId: z.string().optional(),
    wakeAt: z.number().optional(),
    /** What led to it, and what to do about it. */
    code: z.string().optional(),
    fix: z.string().optional(),
  }),
  'run.completed': z.strictObject({ summary: z.string(), change: changeSchema.optional(), proof: z.string() }),
  'run.failed': fault,
  'run.discarded': z.strictObject({ by: z.string() }),

  'sandbox.selected': z.strictObject({ name: z.string(), level: z.string(), detail: z.string() }),
  'phase.entered': z.strictObject({ phase: z.enum(phaseNames) }),
  'phase.completed': z.strictObject({ phase: z.enum(phaseNames), summary: z.string() }),
  'phase.failed': z.strictObject({ phase: z.enum(phaseNames), ...fault.shape }),

  'plan.created': z.strictObject({ plan: planSchema }),
  /** Before several tasks are worked on: what that may cost. */
  'work.estimated': z.strictObject({
    tasks: z.int(),
    tokens: range,
    /** US dollars; undefined for a model whose price is not known. */
    usd: range.optional(),
    workers: z.int(),
    /** As many as the budget can hold the reservations of, at least one. */
    atOnce: z.int(),
    /** The budget holds what the first calls of all that could be worked on at once reserve. */
    fits: z.boolean(),
    left: z.strictObject({ usd: z.number(), tokens: z.number() }),
  }),
  'task.started': z.strictObject({ taskId: z.string(), title: z.string(), base: z.string() }),
  /** Worked on, and not yet merged. `commit` is what it did on top of `base`; undefined when nothing changed. */
  'task.completed': z.strictObject({
    taskId: z.string(),
    summary: z.string(),
    base: z.string().optional(),
    commit: z.string().optional(),
  }),
  /** Its change does not fit what is on the run's branch at `onto`; an agent is about to resolve that. */
  'task.conflicted': z.strictObject({
    taskId: z.string(),
    files: z.array(z.string()),
    onto: z.string(),
    attempt: z.int(),
    /** What was wrong with the attempt before. */
    faults: z.array(z.string()),
  }),
  'task.merged': z.strictObject({ taskId: z.string(), commit: z.string() }),
  'task.failed': z.strictObject({ taskId: z.string(), ...fault.shape }),

  'execution.started': z.strictObject({
    agent: z.string(),
    agentType: z.string(),
    inputHash: z.string(),
    base: z.string().optional(),
    /** What it is told of its tools, as JSON: it is told the same when it goes on later. */
    toolsBlob: z.string().optional(),
  }),
  'execution.completed': z.strictObject({ output: jsonSchema, outputHash: z.string() }),
  'execution.failed': fault,
  /** Of older logs: what was cut in the middle of a call began anew. */
  'execution.restarted': z.strictObject({ reason: z.string() }),
  /** What ran the agent is gone; the execution goes on elsewhere, from its journal. */
  'worker.lost': z.strictObject({ message: z.string(), why: z.string().optional() }),

  /** A try is under way: what was reserved for it counts as paid until another event says what it came to. */
  'llm.requested': z.strictObject({
    ordinal,
    requestHash: z.string(),
    provider: z.string(),
    model: z.string(),
    reservedTokens: z.number(),
    reservedUsd: z.number().optional(),
    /** The worst case, by kind of token. */
    reservedUsage: usage.optional(),
  }),
  'llm.responded': z.strictObject({
    ordinal,
    response: jsonSchema,
    usage: usage.optional(),
    costUsd: z.number().optional(),
    estimated: z.boolean(),
  }),
  'llm.retried': z.strictObject({ ordinal, attempt: z.int(), waitMs: z.number(), ...fault.shape, ...paid }),
  /** The next model of the chain is asked instead. */
  'llm.fallback': z.strictObject({ ordinal, from: z.string(), to: z.string(), ...fault.shape, ...paid }),
  'llm.failed': z.strictObject({ ordinal, ...fault.shape, ...paid }),
  'tool.intent': z.strictObject({
    ordinal,
    tool: z.string(),
    input: jsonSchema,
    inputHash: z.string(),
    effect: z.string(),
    idempotencyKey: z.string(),
    description: z.string(),
    /** Of effect `workspace`: names what the workspace held before, kept in the run's folder. */
    snapshot: z.string().optional(),
  }),
  /** A call that was cut by a crash is made again, as its effect allows. */
  'tool.repeated': z.strictObject({ ordinal, tool: z.string(), reason: z.string() }),
  'tool.result': z.strictObject({
    ordinal,
    tool: z.string(),
    ok: z.boolean(),
    output: jsonSchema.optional(),
    text: z.string(),
    textBlob: z.string().optional(),
    /** AGENTS.md of folders that the model was given with it, because the call worked below them for the first time. */
    instructions: z.array(z.strictObject({ path: z.string(), text: z.string() })).optional(),
    /** What the call has used of a paid service. */
    spent: z
      .strictObject({ provider: z.string(), model: z.string(), usage, costUsd: z.number().optional() })
      .optional(),
    errorCode: z.string().optional(),
  }),
  'memory.called': z.strictObject({ ordinal, operation: z.string(), requestHash: z.string(), result: jsonSchema }),
  'step.completed': z.strictObject({ ordinal, name: z.string(), result: jsonSchema }),
  'agent.progress': z.strictObject({ message: z.string() }),
  'agent.note': z.strictObject({ decision: z.string() }),

  'request.opened': z.strictObject({
    ordinal: ordinal.optional(),
    request: humanRequestSchema,
    /** Nobody is asked, because this decides at once: `policy:--yes`, or `policy:` and the id of a rule. */
    decidedBy: z.string().optional(),
  }),
  /** One of several people said yes or no. */
  'request.voted': z.strictObject({ requestId: z.string(), level: z.int(), of: z.int(), vote: voteSchema }),
  /** Nobody of that level decided in time: the next one is asked. */
  'request.escalated': z.strictObject({
    requestId: z.string(),
    from: z.int(),
    level: z.int(),
    of: z.int(),
    approvers: z.array(z.string()),
    at: z.number(),
  }),
  'request.decided': z.strictObject({ ordinal: ordinal.optional(), requestId: z.string(), decision: decisionSchema }),

  'finding.detected': z.strictObject({ finding: findingSchema, round: z.int() }),
  'finding.rejected': z.strictObject({ finding: findingSchema, reason: z.string() }),
  'finding.resolved': z.strictObject({ finding: findingSchema, round: z.int() }),
  'tests.ran': z.strictObject({ evidence: testEvidenceSchema, round: z.int() }),
  'breaker.tripped': z.strictObject({ breaker: z.string(), reason: z.string() }),
  'breaker.nudged': z.strictObject({ breaker: z.string(), reason: z.string() }),
  /** A model (`provider:model`) or a tool failed so often in a row that it is left alone until then. */
  'circuit.opened': z.strictObject({ ...circuit, until: z.number(), failures: z.int(), ...fault.shape }),
  'circuit.closed': z.strictObject(circuit),
  /** Nothing is sent to it any more, because of what its receiver said or did not say. */
  'webhook.disabled': z.strictObject({ webhookId: z.string(), reason: z.string() }),
  'deployment.decided': z.strictObject({
    risk: z.enum(riskLevels),
    strategy: z.string(),
    requireApproval: z.boolean(),
    notify: z.boolean(),
    reasons: z.array(z.string()),
    /** The commit that was looked at, and the proof of work that the delivered one carries in its message. */
    commit: z.string().optional(),
    proof: z.string().optional(),
  }),
  'deployment.stage': z.strictObject({
    deployer: z.string(),
    stage: z.string(),
    location: z.string(),
    detail: z.string().optional(),
  }),
  'deployment.rolledback': z.strictObject({ deployer: z.string(), stage: z.string(), issues: z.array(z.string()) }),
  custom: z.strictObject({ name: z.string(), payload: jsonSchema }),
} as const satisfies Record<string, z.ZodType>;

export type EventType = keyof typeof eventSchemas;
export type EventPayload<T extends EventType> = z.output<(typeof eventSchemas)[T]>;

/** What stands around every payload. */
export const eventEnvelopeSchema = z.strictObject({
  /** ULID. */
  id: z.string(),
  /** The run's id. */
  traceId: z.string(),
  /** From 1, without gaps. */
  seq: z.int().min(1),
  /** Milliseconds since 1970. */
  timestamp: z.number(),
  type: z.string(),
  /** Who: `kernel`, or the agent's or plugin's name. */
  source: z.string(),
  phase: z.string().optional(),
  taskId: z.string().optional(),
  executionId: z.string().optional(),
  rationale: z.string().optional(),
  tokensUsed: z.number().optional(),
  costUsd: z.number().optional(),
  durationMs: z.number().optional(),
  /** A fork took it over from another run: it happened there, and nobody is told of it again. */
  inherited: z.literal(true).optional(),
  payload: jsonSchema,
  /** Of the lease under which it was written. */
  fence: z.int(),
  previousHash: z.string(),
  /** SHA-256 over the canonical JSON of all other fields, hexadecimal. */
  hash: z.string(),
});

type Envelope = z.output<typeof eventEnvelopeSchema>;

/** One stored event; `type` tells what `payload` is. */
export type ForgeEvent = {
  [T in EventType]: Omit<Envelope, 'type' | 'payload'> & { readonly type: T; readonly payload: EventPayload<T> };
}[EventType];
export type EventOf<T extends EventType> = Extract<ForgeEvent, { type: T }>;
