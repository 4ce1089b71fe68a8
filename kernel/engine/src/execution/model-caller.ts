import {
  forgeError,
  isForgeError,
  type AgentChatRequest,
  type ChatRequest,
  type ChatResponse,
  type ErrorCode,
  type ForgeError,
  type Json,
  type ModelCapabilities,
} from '@forge/plugin-api';
import type { PassCrashPoint } from '../crash-points.ts';
import { deepFreeze } from '../log/deep-freeze.ts';
import type { EntryOf } from '../run/run-state.ts';
import type { ModelChoice } from '../run-deps.ts';
import type { ExecutionBreakers } from './breakers.ts';
import type { ExecutionEmit } from './execution-emit.ts';
import type { Journal } from './journal.ts';
import {
  attemptCall,
  nameOf,
  paidFields,
  paidMeta,
  type AttemptDeps,
  type ModelCall,
  type Paid,
} from './model-attempts.ts';
import { withSchemaInPrompt } from './model-reply.ts';
import { createRequestHasher } from './request-hash.ts';
import { createTokenEstimator } from './token-estimator.ts';

export interface ModelCallerDeps extends AttemptDeps {
  readonly emit: ExecutionEmit;
  /** The model, then its fallbacks. */
  readonly choices: readonly ModelChoice[];
  readonly maxOutputTokens: number | undefined;
  /** `<runId>/<executionId>`. */
  readonly callPrefix: string;
  readonly breakers: ExecutionBreakers;
  readonly journal: Journal;
  mask(text: string): string;
  /** Throws when the run is to stop: called before each step, so that the one in flight may end. */
  beforeStep(): void;
  readonly crashPoint: PassCrashPoint;
}

export interface ModelCaller {
  chat(request: AgentChatRequest): Promise<ChatResponse>;
  readonly capabilities: ModelCapabilities;
}

/** Where a call stands: in the journal, and among the model calls of its execution. */
interface PlacedCall {
  readonly ordinal: number;
  readonly hash: string;
  readonly callId: string;
  readonly startedAt: number;
}

/** A model of the chain that said when it can be used again. */
interface Quota {
  readonly error: ForgeError;
  readonly choice: ModelChoice;
}

/** Output allowance where neither agent nor configuration says one. */
export const defaultOutputTokens = 16_384;

/** Faults of one model that another one may not have. */
const fallbackCodes: ReadonlySet<ErrorCode> = new Set([
  'LLM_OVERLOADED',
  'LLM_UNAVAILABLE',
  'LLM_TIMEOUT',
  'LLM_CUT',
  'LLM_RATE_LIMITED',
  'LLM_SPEND_LIMIT',
  'LLM_MODEL_NOT_FOUND',
  'LLM_BAD_REPLY',
  'WAITING_FOR_QUOTA',
]);

/** Model calls of one execution: answered from the journal, else budgeted, made, retried and recorded. */
export function createModelCaller(deps: ModelCallerDeps): ModelCaller {
  const { choices, breakers, journal, emit, clock } = deps;
  const hashOf = createRequestHasher(deps.mask);
  const tokensOf = createTokenEstimator();
  const first = choices[0];
  let made = 0;
  if (first === undefined) throw forgeError('NO_MODEL', 'No model is configured');

  async function chat(asked: AgentChatRequest): Promise<ChatResponse> {
    const ordinal = journal.nextOrdinal();
    made += 1;
    const callId = `${deps.callPrefix}/${made}`;
    // The model is left out of the hash: a run may be resumed with another one.
    const request = { ...asked, messages: deepFreeze([...asked.messages]), model: '' };
    const hash = hashOf(request);
    const recorded = journal.find(ordinal, 'llm', hash);
    const reply =
      recorded?.response ?? (await callLive(request, { ordinal, hash, callId, startedAt: clock.now() }, recorded));
    await journal.turnOf(ordinal);
    return reply;
  }

  async function callLive(
    request: ChatRequest,
    call: PlacedCall,
    recorded: EntryOf<'llm'> | undefined,
  ): Promise<ChatResponse> {
    if (recorded?.failure !== undefined && !journal.isLast(call.ordinal)) {
      throw forgeError(recorded.failure.code as ErrorCode, recorded.failure.message);
    }
    deps.beforeStep();
    breakers.beforeCall();
    return callFirstThatAnswers(request, call);
  }

  async function callFirstThatAnswers(request: ChatRequest, call: PlacedCall): Promise<ChatResponse> {
    const quotas: Quota[] = [];
    for (const [index, choice] of choices.entries()) {
      const next = choices[index + 1];
      const end = await attemptCall(deps, modelCall(choice, request, call, next !== undefined));
      if ('reply' in end) return book(end.reply, end.paid, call);
      const { error, paid } = end;
      if (!isForgeError(error)) throw error;
      if (error.code === 'WAITING_FOR_QUOTA') quotas.push({ error, choice });
      const quota = fallbackCodes.has(error.code) ? quotas.toSorted(byWakeTime)[0] : undefined;
      const instead = fallbackCodes.has(error.code) ? (next ?? quota?.choice) : undefined;
      const failure = { ordinal: call.ordinal, code: error.code, message: error.message, ...paidFields(paid) };
      if (instead !== undefined && instead !== choice) {
        await emit('llm.fallback', { ...failure, from: nameOf(choice), to: nameOf(instead) }, paidMeta(paid));
        if (next !== undefined) continue;
      } else if (!deps.signal.aborted && !error.code.startsWith('BREAKER_')) {
        await emit('llm.failed', failure, paidMeta(paid));
      }
      // When one of them can be used again later, that is what to wait for.
      throw quota?.error ?? error;
    }
    throw forgeError('NO_MODEL', 'No model is configured');
  }

  function modelCall(
    choice: ModelChoice,
    asked: ChatRequest,
    { ordinal, hash, callId }: PlacedCall,
    hasFallback: boolean,
  ): ModelCall {
    const { capabilities } = choice;
    const maxOutputTokens = outputAllowance(asked, capabilities);
    const request = withSchemaInPrompt({ ...asked, model: choice.model, maxOutputTokens }, capabilities);
    return {
      choice,
      request,
      capabilities,
      inputTokens: tokensOf(request),
      outputTokens: maxOutputTokens,
      ordinal,
      callId,
      hasFallback,
      announce: (worst) =>
        emit('llm.requested', {
          ordinal,
          requestHash: hash,
          provider: choice.provider.name,
          model: choice.model,
          reservedTokens: worst.tokens,
          ...(worst.usd === undefined ? {} : { reservedUsd: worst.usd }),
          reservedUsage: worst.usage,
        }),
    };
  }

  function book(reply: ChatResponse, paid: Paid, call: PlacedCall): ChatResponse {
    deps.crashPoint('model.replied');
    const response = deepFreeze(reply);
    void emit.soon(
      'llm.responded',
      { ordinal: call.ordinal, response: response as unknown as Json, ...paidFields(paid), estimated: paid.estimated },
      { ...paidMeta(paid), durationMs: clock.now() - call.startedAt },
    );
    return response;
  }

  function outputAllowance(request: AgentChatRequest, capabilities: ModelCapabilities): number {
    return Math.min(
      request.maxOutputTokens ?? deps.maxOutputTokens ?? defaultOutputTokens,
      capabilities.maxOutputTokens,
    );
  }

  return { chat, capabilities: first.capabilities };
}

function byWakeTime(one: Quota, other: Quota): number {
  return wakeAtOf(one.error) - wakeAtOf(other.error);
}

function wakeAtOf({ details }: ForgeError): number {
  return (details.data as { readonly wakeAt?: number } | undefined)?.wakeAt ?? Number.POSITIVE_INFINITY;
}
