import {
  agentContracts,
  faultsOf,
  forgeError,
  z,
  type AgentContext,
  type AgentInput,
  type AgentOutput,
  type AgentType,
  type ErrorCode,
  type EventType,
  type Json,
  type PhaseName,
} from '@forge/plugin-api';
import { ExecutionBreakers } from '../execution/breakers.ts';
import { createExecutionContext } from '../execution/execution-context.ts';
import type { ExecutionEmit } from '../execution/execution-emit.ts';
import { Journal } from '../execution/journal.ts';
import { createModelCaller } from '../execution/model-caller.ts';
import { createToolCaller, restartReason } from '../execution/tool-caller.ts';
import { createToolContexts } from '../execution/tool-context.ts';
import { deepFreeze } from '../log/deep-freeze.ts';
import { hashJson } from '../log/hash.ts';
import { answerQuestion } from '../people/answer-question.ts';
import { createEventBus } from './event-bus.ts';
import type { Run } from './run.ts';
import type { Workspace } from './run-workspaces.ts';

export interface ExecutionRequest<T extends AgentType> {
  /** Such as `implementation/limiter`; the attempt is added. */
  readonly key: string;
  readonly phase: PhaseName;
  readonly taskId?: string;
  readonly agentType: T;
  readonly input: AgentInput<T>;
  /** The checkout it works in, made when it is first needed. */
  workspace(base: string): Promise<Workspace>;
  /** Where the checkout starts when the execution has not begun before. */
  readonly base: string;
}

export interface ExecutionResult<T extends AgentType> {
  readonly output: AgentOutput<T>;
  /** The commit that its workspace started from. */
  readonly base: string;
}

/** Failures after which another try of the same execution goes on from its journal; after others it begins anew. */
const continuing: ReadonlySet<string> = new Set<ErrorCode>([
  'LLM_CREDENTIALS',
  'LLM_MODEL_NOT_FOUND',
  'LLM_SPEND_LIMIT',
  'LLM_RATE_LIMITED',
  'LLM_OVERLOADED',
  'LLM_UNAVAILABLE',
  'LLM_TIMEOUT',
  'LLM_CUT',
  'NO_MODEL',
  'BREAKER_COST',
  'BREAKER_TOKENS',
  'BREAKER_ITERATIONS',
  'BREAKER_TOOL_CALLS',
  'BREAKER_TIME',
  'DISK_FULL',
  'STORE_BUSY',
]);

/** Ends of this process's part of a run, not of the execution. */
const interruptions: ReadonlySet<string> = new Set<ErrorCode>([
  'STOPPED',
  'LEASE_LOST',
  'WAITING_FOR_PERSON',
  'WAITING_FOR_QUOTA',
  'OUTCOME_UNKNOWN',
]);

/** Runs one agent once in the life of the run. A finished execution gives its recorded output and costs nothing. */
export async function runExecution<T extends AgentType>(
  run: Run,
  request: ExecutionRequest<T>,
): Promise<ExecutionResult<T>> {
  const input = deepFreeze(parseInput(request));
  const inputHash = hashJson(input);
  const id = `${request.key}/${attemptOf(run, request.key)}`;
  const known = run.state.executions[id];
  const base = known?.base ?? request.base;
  if (known?.status === 'completed') return { output: known.output as AgentOutput<T>, base };

  const emit = scopedEmit(run, request, id);
  const agent = run.deps.config.agents[request.agentType];
  if (known === undefined) {
    run.beforeStep();
    await emit('execution.started', { agent, agentType: request.agentType, inputHash, base });
  } else if (known.inputHash !== inputHash) {
    throw forgeError('JOURNAL_MISMATCH', `Execution ${id} would get another input than before`, {
      why: 'the repository, the configuration or the version of Forge changed since',
      fix: 'start a new run, or resume with what the run began with',
    });
  }
  try {
    const output = await executeWithRestarts(run, request, { id, agent, base, input }, emit);
    await emit('execution.completed', { output: output as Json, outputHash: hashJson(output) });
    return { output, base };
  } catch (error) {
    const fault = faultsOf(error)[0];
    if (fault !== undefined && !interruptions.has(fault.code) && !run.signal.aborted) {
      if (fault.code.startsWith('BREAKER_'))
        await emit('breaker.tripped', { breaker: fault.code, reason: fault.message });
      await emit('execution.failed', { code: fault.code, message: fault.message });
    }
    throw error;
  }
}

function parseInput<T extends AgentType>({ agentType, input, key }: ExecutionRequest<T>): AgentInput<T> {
  const checked = agentContracts[agentType].input.safeParse(input);
  if (checked.success) return checked.data as AgentInput<T>;
  throw forgeError('INPUT_INVALID', `The input of ${key} has a wrong shape`, { why: z.prettifyError(checked.error) });
}

function attemptOf(run: Run, key: string): number {
  for (let attempt = 1; ; attempt += 1) {
    const known = run.state.executions[`${key}/${attempt}`];
    if (known?.status !== 'failed' || continuing.has(known.fault?.code ?? '')) return attempt;
  }
}

function scopedEmit<T extends AgentType>(run: Run, request: ExecutionRequest<T>, executionId: string): ExecutionEmit {
  const { phase, taskId } = request;
  const source = run.deps.config.agents[request.agentType];
  return (type, payload, meta = {}) => {
    const head =
      type === 'llm.responded' ? { costUsd: run.budget.spent.usd, tokens: run.budget.spent.tokens } : undefined;
    return run.events.emit(type as EventType, payload as never, { source, phase, taskId, executionId, ...meta }, head);
  };
}

interface Begun<T extends AgentType> {
  readonly id: string;
  readonly agent: string;
  readonly base: string;
  readonly input: AgentInput<T>;
}

/** A call that may have changed half of the workspace when Forge died makes the execution begin again from its base. */
async function executeWithRestarts<T extends AgentType>(
  run: Run,
  request: ExecutionRequest<T>,
  begun: Begun<T>,
  emit: ExecutionEmit,
): Promise<AgentOutput<T>> {
  for (;;) {
    try {
      return await execute(run, request, begun, emit);
    } catch (error) {
      if (error !== restartReason) throw error;
      await (await request.workspace(begun.base)).reset();
      await emit('execution.restarted', { reason: 'Forge ended in the middle of a call that changes the workspace' });
    }
  }
}

async function execute<T extends AgentType>(
  run: Run,
  request: ExecutionRequest<T>,
  begun: Begun<T>,
  emit: ExecutionEmit,
): Promise<AgentOutput<T>> {
  const executor = await run.deps.executor();
  const timer = new AbortController();
  const over = new AbortController();
  const signal = AbortSignal.any([run.signal, timer.signal]);
  const { maxMinutes } = run.deps.config.safety;
  run.clock.sleep(maxMinutes * 60_000, over.signal).then(
    () =>
      timer.abort(
        forgeError('BREAKER_TIME', `An agent reached its limit: ${maxMinutes} minutes`, {
          fix: 'raise safety.maxMinutes and resume',
        }),
      ),
    () => undefined,
  );
  const toolContexts = createToolContexts(run, {
    executionId: begun.id,
    workspace: () => request.workspace(begun.base),
    signal,
  });
  try {
    const context = await contextOf(run, request, begun, emit, { signal, toolContexts });
    const job = { runId: run.id, executionId: begun.id, agent: begun.agent, input: begun.input as unknown as Json };
    const output = await executor.execute(job, { context, resolveAgent: (name) => run.deps.agent(name) });
    return parseOutput(request, output);
  } catch (error) {
    // What an agent made of an abort is less than why it was aborted.
    throw signal.aborted && error !== restartReason ? signal.reason : error;
  } finally {
    over.abort();
    await toolContexts.close();
  }
}

async function contextOf<T extends AgentType>(
  run: Run,
  request: ExecutionRequest<T>,
  begun: Begun<T>,
  emit: ExecutionEmit,
  live: { readonly signal: AbortSignal; readonly toolContexts: ReturnType<typeof createToolContexts> },
): Promise<AgentContext> {
  const { deps, clock, store, budget } = run;
  const { signal, toolContexts } = live;
  const record = run.state.executions[begun.id];
  const startedAt = clock.now();
  const journal = new Journal(begun.id, record);
  const breakers = new ExecutionBreakers(deps.config.safety, () => {
    const { spentUsd = 0, tokens = 0, iterations = 0, toolCalls = 0 } = run.state.executions[begun.id] ?? {};
    return { costUsd: spentUsd, tokens, iterations, toolCalls, elapsedMs: clock.now() - startedAt };
  });
  const callPrefix = `${run.id}/${begun.id}`;
  const common = { callPrefix, breakers, journal, emit, clock, signal, beforeStep: () => run.beforeStep() };
  const [choices, allTools] = await Promise.all([deps.models(request.agentType), toolsFor(run, request.agentType)]);
  return createExecutionContext({
    runId: run.id,
    executionId: begun.id,
    repositoryId: deps.repositoryId,
    models: createModelCaller({
      ...common,
      choices,
      maxOutputTokens: deps.config.llm.maxOutputTokens,
      budget,
      random: deps.random,
    }),
    tools: createToolCaller({ ...common, tools: allTools, blobs: store, context: toolContexts.contextFor }),
    breakers,
    journal,
    emit,
    memory: deps.memory,
    bus: createEventBus(run, emit),
    ask: (question, ordinal) => answerQuestion(run, { ...request, executionId: begun.id, ordinal }, question),
    signal,
    beforeStep: () => run.beforeStep(),
    log: deps.log,
  });
}

/** Only who implements may change anything. */
async function toolsFor(run: Run, agentType: AgentType) {
  const tools = await run.deps.tools();
  return agentType === 'implementer' ? tools : tools.filter(({ effect }) => effect === 'read');
}

function parseOutput<T extends AgentType>({ agentType, key }: ExecutionRequest<T>, output: Json): AgentOutput<T> {
  const checked = agentContracts[agentType].output.safeParse(output);
  if (checked.success) return deepFreeze(JSON.parse(JSON.stringify(checked.data)) as AgentOutput<T>);
  throw forgeError('OUTPUT_INVALID', `The output of ${key} has a wrong shape`, { why: z.prettifyError(checked.error) });
}
