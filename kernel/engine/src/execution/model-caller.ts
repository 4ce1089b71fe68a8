import {
  forgeError,
  isForgeError,
  type AgentChatRequest,
  type ChatRequest,
  type ChatResponse,
  type Clock,
  type ErrorCode,
  type ForgeError,
  type Json,
  type ModelCapabilities,
} from '@forge/plugin-api';
import type { PassCrashPoint } from '../crash-points.ts';
import { deepFreeze } from '../log/deep-freeze.ts';
import type { ModelChoice } from '../run-deps.ts';
import type { ExecutionBreakers } from './breakers.ts';
import { realCost, worstCase, type Budget, type Reservation } from './budget.ts';
import type { ExecutionEmit } from './execution-emit.ts';
import type { Journal } from './journal.ts';
import { checkedReply, withSchemaInPrompt } from './model-reply.ts';
import { createRequestHasher } from './request-hash.ts';
import { modelRetries, withRetries } from './retry.ts';
import { createTokenEstimator } from './token-estimator.ts';

export interface ModelCallerDeps {
  /** The model, then its fallbacks. */
  readonly choices: readonly ModelChoice[];
  readonly maxOutputTokens: number | undefined;
  /** `<runId>/<executionId>`. */
  readonly callPrefix: string;
  readonly budget: Budget;
  readonly breakers: ExecutionBreakers;
  readonly journal: Journal;
  readonly emit: ExecutionEmit;
  readonly clock: Clock;
  random(): number;
  mask(text: string): string;
  readonly signal: AbortSignal;
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
}

/** Output allowance where neither agent nor configuration says one. */
const defaultOutputTokens = 16_384;

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
  const { choices, budget, breakers, journal, emit, clock, signal } = deps;
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
    if (recorded?.response !== undefined) return recorded.response;
    if (recorded?.failure !== undefined && !journal.isLast(ordinal)) {
      throw forgeError(recorded.failure.code as ErrorCode, recorded.failure.message);
    }
    deps.beforeStep();
    breakers.beforeModelCall();
    return callFirstThatAnswers(request, { ordinal, hash, callId });
  }

  async function callFirstThatAnswers(request: ChatRequest, call: PlacedCall): Promise<ChatResponse> {
    for (const [index, choice] of choices.entries()) {
      try {
        return await callOne(choice, request, call);
      } catch (error) {
        const last = index === choices.length - 1;
        if (!last && isForgeError(error) && fallbackCodes.has(error.code)) continue;
        if (isForgeError(error) && error.code.startsWith('LLM_')) {
          await emit('llm.failed', { ordinal: call.ordinal, code: error.code, message: error.message });
        }
        throw error;
      }
    }
    throw forgeError('NO_MODEL', 'No model is configured');
  }

  async function callOne(choice: ModelChoice, asked: ChatRequest, call: PlacedCall): Promise<ChatResponse> {
    const capabilities = choice.provider.capabilities(choice.model);
    const request = withSchemaInPrompt(
      { ...asked, model: choice.model, maxOutputTokens: outputTokens(asked, capabilities) },
      capabilities,
    );
    const reserved = worstCase(tokensOf(request), request, capabilities);
    budget.reserve(reserved);
    const startedAt = clock.now();
    let reply: ChatResponse;
    try {
      [reply] = await Promise.all([attempts(choice, request, call), announce(choice, call, reserved)]);
    } catch (error) {
      budget.release(reserved);
      throw error;
    }
    return book(reply, capabilities, reserved, call.ordinal, clock.now() - startedAt);
  }

  function announce({ provider, model }: ModelChoice, { ordinal, hash }: PlacedCall, reserved: Reservation) {
    return emit('llm.requested', {
      ordinal,
      requestHash: hash,
      provider: provider.name,
      model,
      reservedTokens: reserved.tokens,
      ...(reserved.usd === undefined ? {} : { reservedUsd: reserved.usd }),
    });
  }

  function attempts(
    { provider }: ModelChoice,
    request: ChatRequest,
    { ordinal, callId }: PlacedCall,
  ): Promise<ChatResponse> {
    const onRetry = async ({ code, message }: ForgeError, attempt: number, waitMs: number) => {
      await emit('llm.retried', { ordinal, attempt, waitMs, code, message });
    };
    return withRetries(modelRetries, { clock, random: deps.random, signal, onRetry }, async () =>
      checkedReply(await provider.chat(request, { signal, callId })),
    );
  }

  async function book(
    reply: ChatResponse,
    capabilities: ModelCapabilities,
    reserved: Reservation,
    ordinal: number,
    durationMs: number,
  ) {
    const real = reply.usage ? realCost(reply.usage, capabilities.price) : reserved;
    budget.commit(reserved, real);
    deps.crashPoint('model.replied');
    const response = deepFreeze(reply);
    const costUsd = real.usd;
    await emit(
      'llm.responded',
      {
        ordinal,
        response: response as unknown as Json,
        ...(response.usage ? { usage: response.usage } : {}),
        ...(costUsd === undefined ? {} : { costUsd }),
        estimated: reply.usage === undefined,
      },
      { tokensUsed: real.tokens, costUsd, durationMs },
    );
    return response;
  }

  function outputTokens(request: AgentChatRequest, capabilities: ModelCapabilities): number {
    return Math.min(
      request.maxOutputTokens ?? deps.maxOutputTokens ?? defaultOutputTokens,
      capabilities.maxOutputTokens,
    );
  }

  return { chat, capabilities: first.provider.capabilities(first.model) };
}
