import {
  agentContracts,
  faultsOf,
  forgeError,
  z,
  type AgentInput,
  type AgentOutput,
  type AgentType,
  type ErrorCode,
  type EventType,
  type Json,
} from '@forge/plugin-api';
import type { ExecutionEmit } from '../execution/execution-emit.ts';
import { deepFreeze } from '../log/deep-freeze.ts';
import type { EventMeta } from '../log/event-log.ts';
import { hashJson } from '../log/hash.ts';
import { maskJson } from '../log/mask-json.ts';
import { executeAgent, type ExecutionRequest } from './execute-agent.ts';
import { keepOffered } from './offered-tools.ts';
import type { Run } from './run.ts';

export interface ExecutionResult<T extends AgentType> {
  readonly output: AgentOutput<T>;
  /** The commit that its workspace started from. */
  readonly base: string;
  /** Its workspace was changed, and must therefore be there. */
  readonly hasChanged: boolean;
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
  'WORKER_LOST',
]);

/** Ends of this process's part of a run, not of the execution. */
export const interruptions: ReadonlySet<string> = new Set<ErrorCode>([
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
  const inputHash = hashJson(maskJson(input, run.deps.mask));
  const attempt = attemptOf(run, request.key);
  const id = `${request.key}/${attempt}`;
  const known = run.state.executions[id];
  const base = known?.base ?? request.base;
  if (known?.status === 'completed')
    return { output: deepFreeze(known.output as AgentOutput<T>), base, hasChanged: known.hasChanged };

  const emit = scopedEmit(run, request, id);
  const agent = run.deps.config.agents[request.agentType];
  if (known === undefined) {
    run.beforeStep();
    const toolsBlob = await keepOffered(run, request.agentType);
    const offered = toolsBlob === undefined ? {} : { toolsBlob };
    await emit('execution.started', { agent, agentType: request.agentType, inputHash, base, ...offered });
    // What an earlier attempt left behind is not where this one begins.
    if (attempt > 1) await (await request.workspace(base, { kept: false })).reset();
  } else if (known.inputHash !== inputHash) {
    throw forgeError('JOURNAL_MISMATCH', `Execution ${id} would get another input than before`, {
      why: 'the repository, the configuration or the version of Forge changed since',
      fix: 'start a new run, or resume with what the run began with',
    });
  }
  try {
    const output = await executeAgent(run, request, { id, agent, base, input }, emit);
    await emit('execution.completed', { output: output as Json, outputHash: hashJson(output) });
    return { output, base, hasChanged: run.state.executions[id]?.hasChanged === true };
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
  const around = { source, phase, taskId, executionId };
  const headAfter = ({ tokensUsed }: EventMeta) => {
    const { usd: costUsd, tokens } = run.budget.run.spent;
    return tokensUsed === undefined ? undefined : { costUsd, tokens };
  };
  const emit = ((type, payload, meta = {}) =>
    run.events.emit(type as EventType, payload as never, { ...around, ...meta }, headAfter(meta))) as ExecutionEmit;
  return Object.assign<ExecutionEmit, Pick<ExecutionEmit, 'soon' | 'durable'>>(emit, {
    soon: (type, payload, meta = {}) =>
      run.events.emitSoon(type as EventType, payload as never, { ...around, ...meta }, headAfter(meta)),
    durable: () => run.events.durable(),
  });
}
