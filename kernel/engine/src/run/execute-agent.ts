import {
  agentContracts,
  createContextBus,
  forgeError,
  isForgeError,
  z,
  type AgentContext,
  type AgentInput,
  type AgentOutput,
  type AgentType,
  type Json,
  type PhaseName,
} from '@forge/plugin-api';
import { ExecutionBreakers } from '../execution/breakers.ts';
import { createExecutionContext } from '../execution/execution-context.ts';
import type { ExecutionEmit } from '../execution/execution-emit.ts';
import { createFolderInstructions } from '../execution/folder-instructions.ts';
import { Journal } from '../execution/journal.ts';
import { createModelCaller } from '../execution/model-caller.ts';
import { createToolCaller } from '../execution/tool-caller.ts';
import { createToolContexts } from '../execution/tool-context.ts';
import { deepFreeze } from '../log/deep-freeze.ts';
import { answerQuestion } from '../people/answer-question.ts';
import { askOutcome } from '../people/ask-outcome.ts';
import { contextSnapshot } from './context-snapshot.ts';
import { createEventBus } from './event-bus.ts';
import { recallOffered, toolsFor } from './offered-tools.ts';
import type { Run } from './run.ts';
import type { Workspace } from './run-workspaces.ts';
import { timeLimit } from './time-limit.ts';
import { createWorkerCommands } from './worker-commands.ts';
import { createWorkerLosses } from './worker-losses.ts';
import { workedMs } from './worked-time.ts';

export interface ExecutionRequest<T extends AgentType> {
  /** Such as `implementation/limiter`; the attempt is added. */
  readonly key: string;
  readonly phase: PhaseName;
  readonly taskId?: string;
  readonly agentType: T;
  readonly input: AgentInput<T>;
  /** Files that it is known to work on: its input has the instructions of their folders. */
  readonly about?: readonly string[];
  /** The checkout it works in, made when it is first needed; `kept` when something was done in it before. */
  workspace(base: string, options: { readonly kept: boolean }): Promise<Workspace>;
  /** Where the checkout starts when the execution has not begun before. */
  readonly base: string;
}

/** What is settled before the agent runs. */
export interface Begun<T extends AgentType> {
  readonly id: string;
  readonly agent: string;
  readonly base: string;
  readonly input: AgentInput<T>;
}

/** A lost worker loses nothing that is in the journal: the next one goes on from there. */
export async function executeAgent<T extends AgentType>(
  run: Run,
  request: ExecutionRequest<T>,
  begun: Begun<T>,
  emit: ExecutionEmit,
): Promise<AgentOutput<T>> {
  const losses = createWorkerLosses(() => Object.keys(run.state.executions[begun.id]?.journal ?? {}).length);
  for (;;) {
    try {
      return await execute(run, request, begun, emit);
    } catch (error) {
      if (!isForgeError(error, 'WORKER_LOST') || run.signal.aborted || !losses.isWorthAnother()) throw error;
      const { why } = error.details;
      await emit('worker.lost', { message: error.message, ...(why === undefined ? {} : { why }) });
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
  const elapsedMs = stopwatch(run, begun.id);
  const limit = timeLimit(run, elapsedMs());
  const signal = AbortSignal.any([run.signal, limit.signal]);
  const toolContexts = createToolContexts(run, {
    executionId: begun.id,
    workspace: () => workspaceOf(run, request, begun),
    emit,
    signal,
  });
  const workers = createWorkerCommands(run, begun.id);
  const journal = new Journal(begun.id, run.state.executions[begun.id], run.clock);
  try {
    const context = await contextOf(run, request, begun, emit, { signal, toolContexts, journal, elapsedMs });
    const job = { runId: run.id, executionId: begun.id, agent: begun.agent, input: begun.input as unknown as Json };
    const output = await executor.execute(job, {
      context,
      resolveAgent: (name) => run.deps.agent(name),
      locateAgent: (name) => run.deps.agentPlace(name),
      workerCommand: workers.command,
    });
    journal.throwIfEnded();
    return parseOutput(request, output);
  } catch (error) {
    // Why it was aborted, or ended, says more than what that broke.
    if (signal.aborted) throw signal.reason;
    journal.throwIfEnded();
    throw error;
  } finally {
    limit.end();
    await toolContexts.close();
    await workers.close();
  }
}

function workspaceOf<T extends AgentType>(run: Run, request: ExecutionRequest<T>, { id, base }: Begun<T>) {
  return request.workspace(base, { kept: run.state.executions[id]?.hasChanged === true });
}

/** Counts on from what earlier processes worked on it. */
function stopwatch({ state, clock }: Run, executionId: string): () => number {
  const startedAt = clock.now();
  const record = state.executions[executionId];
  const before = record === undefined ? 0 : workedMs(record, startedAt);
  return () => before + clock.now() - startedAt;
}

async function contextOf<T extends AgentType>(
  run: Run,
  request: ExecutionRequest<T>,
  begun: Begun<T>,
  emit: ExecutionEmit,
  live: {
    readonly signal: AbortSignal;
    readonly toolContexts: ReturnType<typeof createToolContexts>;
    readonly journal: Journal;
    elapsedMs(): number;
  },
): Promise<AgentContext> {
  const { deps, clock, store, circuits } = run;
  const { signal, toolContexts, journal, elapsedMs } = live;
  const { phase, taskId } = request;
  const budget = run.budget.execution({ executionId: begun.id, phase, taskId });
  const breakers = new ExecutionBreakers({ limits: run.safety, budget, elapsedMs });
  const asker = { phase, executionId: begun.id, ...(taskId === undefined ? {} : { taskId }) };
  /** Whom nobody answers yet goes on when somebody has. */
  const orEnd = <T>(answer: Promise<T>) =>
    answer.catch((error: unknown) => {
      journal.end(error);
      throw error;
    });
  const callPrefix = `${run.id}/${begun.id}`;
  const { mask, crashPoint } = deps;
  const limits = { budget, breakers, circuits, beforeStep: () => run.beforeStep() };
  const { holdLease } = run;
  const common = { ...limits, callPrefix, journal, emit, clock, mask, signal, holdLease, crashPoint };
  const [choices, allTools] = await Promise.all([deps.models(request.agentType), toolsFor(run, request.agentType)]);
  return createExecutionContext({
    runId: run.id,
    executionId: begun.id,
    repositoryId: deps.repositoryId,
    models: createModelCaller({
      ...common,
      choices,
      maxOutputTokens: deps.config.llm.maxOutputTokens,
      random: deps.random,
    }),
    tools: createToolCaller({
      ...common,
      tools: allTools,
      specs: await recallOffered(run, begun.id, allTools),
      blobs: store,
      context: toolContexts.contextFor,
      workspace: () => workspaceOf(run, request, begun),
      instructions: createFolderInstructions({
        files: () => run.workspaces.instructionFiles(run.workspaces.base.commit),
        given: request.about ?? [],
        read: (path) => run.workspaces.readFile(run.workspaces.base.commit, path),
      }),
      askOutcome: (call) => orEnd(askOutcome(run, asker, call)),
    }),
    breakers,
    journal,
    emit,
    memory: deps.memory,
    mask,
    shared: createContextBus(contextSnapshot(run, request.taskId), createEventBus(run, emit)),
    ask: (question, ordinal) => orEnd(answerQuestion(run, { ...asker, ordinal, journal }, question)),
    signal,
    beforeStep: () => run.beforeStep(),
    crashPoint,
    log: deps.log,
  });
}

function parseOutput<T extends AgentType>({ agentType, key }: ExecutionRequest<T>, output: Json): AgentOutput<T> {
  const checked = agentContracts[agentType].output.safeParse(output);
  if (checked.success) return deepFreeze(JSON.parse(JSON.stringify(checked.data)) as AgentOutput<T>);
  throw forgeError('OUTPUT_INVALID', `The output of ${key} has a wrong shape`, { why: z.prettifyError(checked.error) });
}
