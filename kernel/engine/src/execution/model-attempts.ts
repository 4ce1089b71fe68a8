import {
  forgeError,
  isForgeError,
  type ChatRequest,
  type ChatResponse,
  type Clock,
  type ErrorCode,
  type ForgeError,
  type ModelCapabilities,
} from '@forge/plugin-api';
import type { ModelChoice } from '../run-deps.ts';
import type { Budget, Reservation } from './budget.ts';
import { realCost, tokensOfBytes, worstCase, type CallCost } from './call-cost.ts';
import type { Permit } from './circuit.ts';
import { circuitFaults, type Circuits } from './circuits.ts';
import type { EmitEvent } from './execution-emit.ts';
import { checkedReply } from './model-reply.ts';
import { modelRetries, withRetries } from './retry.ts';

export interface AttemptDeps {
  readonly budget: Budget;
  readonly circuits: Circuits;
  readonly emit: EmitEvent;
  readonly clock: Clock;
  random(): number;
  readonly signal: AbortSignal;
  /** Right before a deed that others see: rejects when the run is another process's by now. */
  holdLease(): Promise<void>;
}

/** One call to one model, however many tries it takes. */
export interface ModelCall {
  readonly choice: ModelChoice;
  readonly request: ChatRequest;
  readonly capabilities: ModelCapabilities;
  /** On the safe side. */
  readonly inputTokens: number;
  /** The most that the reply may take. */
  readonly outputTokens: number;
  readonly ordinal: number;
  readonly callId: string;
  /** Another model can be asked instead of waiting for this one. */
  readonly hasFallback: boolean;
  /** Resolves when it is in the log that a try is made, and what was reserved for it. */
  announce(worst: CallCost): Promise<unknown>;
}

/** What was paid, or may have been. */
export interface Paid extends CallCost {
  /** Nobody said so: it is the worst that it can have been. */
  readonly estimated: boolean;
}

export type AttemptsEnd =
  | { readonly reply: ChatResponse; readonly paid: Paid }
  | { readonly error: unknown; readonly paid: Paid | undefined };

/** Failures of a reply that had begun, so that the provider may ask money for it. */
const paidFailures: ReadonlySet<ErrorCode> = new Set(['LLM_CUT', 'LLM_TIMEOUT', 'LLM_BAD_REPLY']);

/** `provider:model`. */
export function nameOf({ provider, model }: ModelChoice): string {
  return `${provider.name}:${model}`;
}

/**
 * Asks one model until it answers or trying on is of no use. Each try has its own reservation; what a broken reply
 * may have cost is booked. A try that the signal ends keeps its reservation: nobody knows what it cost.
 */
export async function attemptCall(deps: AttemptDeps, call: ModelCall): Promise<AttemptsEnd> {
  const { clock, random, signal, emit } = deps;
  const { ordinal } = call;
  /** By the newest try, when it failed. */
  let lost: Paid | undefined;
  let tries = 0;
  const onRetry = async ({ code, message }: ForgeError, attempt: number, waitMs: number) => {
    await emit('llm.retried', { ordinal, attempt, waitMs, code, message, ...paidFields(lost) }, paidMeta(lost));
  };
  try {
    return await withRetries(modelRetries, { clock, random, signal, onRetry }, async () => {
      lost = undefined;
      tries += 1;
      return attempt(deps, call, tries, (paid) => {
        lost = paid;
      });
    });
  } catch (error) {
    return { error, paid: lost };
  }
}

async function attempt(deps: AttemptDeps, call: ModelCall, number: number, onLost: (paid: Paid | undefined) => void) {
  const { request, inputTokens, outputTokens, capabilities, callId } = call;
  const { signal } = deps;
  const worst = worstCase(inputTokens, outputTokens, capabilities.price);
  const permit = await enter(deps, call, number);
  const reservation = reserve(deps.budget, worst, permit);
  let reply: ChatResponse;
  try {
    // First: when Forge dies meanwhile, the log must say what may have been paid.
    await call.announce(worst);
    await deps.holdLease();
    reply = await call.choice.provider.chat(request, { signal, callId });
  } catch (error) {
    if (signal.aborted) {
      permit.undecided();
      throw error;
    }
    const paid = lostTo(error, call);
    reservation.commit(paid ?? {});
    onLost(paid);
    throw await judged(deps, call, permit, error);
  }
  const isBack = permit.succeeded();
  const paid = reply.usage
    ? { ...realCost(reply.usage, capabilities.price), estimated: false }
    : { ...worst, estimated: true };
  try {
    const whole = checkedReply(reply);
    reservation.commit({ ...paid, iterations: 1 });
    if (isBack) await deps.emit('circuit.closed', { subject: 'model', name: nameOf(call.choice) });
    return { reply: whole, paid };
  } catch (error) {
    reservation.commit(paid);
    onLost(paid);
    throw error;
  }
}

function reserve(budget: Budget, worst: CallCost, permit: Permit): Reservation {
  try {
    return budget.reserve({ ...worst, iterations: 1 });
  } catch (error) {
    permit.undecided();
    throw error;
  }
}

/** Leave to ask the model. With a fallback nobody waits for one that has failed too often. */
async function enter(
  { circuits, emit, signal }: AttemptDeps,
  { choice, hasFallback, ordinal }: ModelCall,
  attempt: number,
): Promise<Permit> {
  const circuit = circuits.of('model', nameOf(choice));
  const permit = circuit.tryEnter();
  if (permit !== undefined) return permit;
  const { waitMs } = circuit;
  const code = 'LLM_UNAVAILABLE';
  const message = `${nameOf(choice)} is left alone, because it failed again and again`;
  if (hasFallback) throw forgeError(code, message, { why: `it is tried again in ${Math.ceil(waitMs / 1000)} s` });
  await emit('llm.retried', { ordinal, attempt: attempt - 1, waitMs, code, message });
  return circuit.enter(signal);
}

/** Tells the circuit of a failure. What opened it is not tried again while there is another model, else not before. */
async function judged(deps: AttemptDeps, call: ModelCall, permit: Permit, error: unknown): Promise<unknown> {
  if (!isForgeError(error) || deps.signal.aborted || !circuitFaults.model.has(error.code)) {
    permit.undecided();
    return error;
  }
  const opened = permit.failed();
  if (opened === undefined) return error;
  const { code, message, details, cause } = error;
  await deps.emit('circuit.opened', { subject: 'model', name: nameOf(call.choice), ...opened, code, message });
  if (call.hasFallback) return forgeError(code, message, { ...details, transient: false, cause });
  const retryAfterMs = Math.max(details.retryAfterMs ?? 0, opened.until - deps.clock.now());
  return forgeError(code, message, { ...details, retryAfterMs, cause });
}

/** What a reply that broke off may have cost, on the safe side; undefined when there was none to pay for. */
function lostTo(error: unknown, { inputTokens, outputTokens, capabilities }: ModelCall): Paid | undefined {
  if (!isForgeError(error) || !paidFailures.has(error.code)) return undefined;
  const { receivedBytes } = error.details;
  const received = receivedBytes === undefined ? outputTokens : Math.min(outputTokens, tokensOfBytes(receivedBytes));
  return { ...worstCase(inputTokens, received, capabilities.price), estimated: true };
}

/** What an event says of what was paid. */
export function paidFields(paid: Paid | undefined) {
  if (paid === undefined) return {};
  const { usage, usd, estimated } = paid;
  return { usage, ...(usd === undefined ? {} : { costUsd: usd }), estimated };
}

/** The same, for the event's envelope. */
export function paidMeta(paid: Paid | undefined) {
  return paid === undefined ? {} : { tokensUsed: paid.tokens, costUsd: paid.usd };
}
