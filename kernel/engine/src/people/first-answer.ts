import {
  forgeError,
  type Approval,
  type Clock,
  type Decision,
  type HumanGate,
  type HumanRequest,
} from '@forge/plugin-api';
import type { Ask, AskDeps } from './ask-person.ts';
import { requestChanged } from './request-changed.ts';

/** How often an answer that another process gave is looked for, in milliseconds. */
const pollMs = 250;

/**
 * The first answer that comes through any gate or from another process; what is assumed when none comes in time.
 * Undefined when nobody here can be asked.
 */
export async function firstAnswer(deps: AskDeps, request: HumanRequest, ask: Ask): Promise<Decision | undefined> {
  const gates = await willing(await deps.gates(), request);
  const over = new AbortController();
  const signal = AbortSignal.any([deps.signal, over.signal]);
  try {
    if (gates.length === 0) return assumed(deps.clock, ask);
    const first = await Promise.race([
      askGates(deps, gates, request, signal),
      pollStore(deps, request, signal),
      timeOut(deps.clock, ask, signal),
    ]);
    // Who stops a run while it asks has not answered: the question stays open.
    if (first === undefined) deps.beforeStep();
    return first ?? assumed(deps.clock, ask);
  } finally {
    over.abort(forgeError('REQUEST_DECIDED', 'The request was decided through another channel'));
  }
}

async function willing(gates: readonly HumanGate[], request: HumanRequest): Promise<readonly HumanGate[]> {
  const answers = await Promise.all(gates.map(async (gate) => gate.condition(request)));
  return gates.filter((_, index) => answers[index] === true);
}

/** The first gate that gives an answer; undefined when each of them could not. */
async function askGates(
  deps: AskDeps,
  gates: readonly HumanGate[],
  request: HumanRequest,
  signal: AbortSignal,
): Promise<Decision | undefined> {
  const answers = gates.map(async (gate) => {
    const approval = await gate.request(request, { signal });
    if (approval === undefined) throw forgeError('WAITING_FOR_PERSON', `Gate ${gate.id} could not ask`);
    if (approval.subjectHash !== undefined && approval.subjectHash !== request.subjectHash) {
      deps.log.warn(`an answer through ${gate.id} is not taken: it is about something else than what is asked`);
      throw requestChanged(request, undefined);
    }
    const { by = deps.userName } = approval;
    return { ...fromApproval(approval, gate.id, deps.clock.now()), by, subjectHash: request.subjectHash };
  });
  try {
    return await Promise.any(answers);
  } catch (error) {
    deps.signal.throwIfAborted();
    deps.log.debug('no gate gave an answer', { error: String(error) });
    return undefined;
  }
}

function fromApproval(approval: Approval, channel: string, at: number): Omit<Decision, 'by'> {
  const { approved, reason, modifications } = approval;
  return {
    approved,
    channel,
    at,
    ...(reason === undefined ? {} : { reason }),
    ...(modifications === undefined ? {} : { answer: modifications }),
  };
}

async function pollStore(deps: AskDeps, request: HumanRequest, signal: AbortSignal): Promise<Decision> {
  for (;;) {
    await deps.clock.sleep(pollMs, signal);
    const decision = (await deps.store.getRequest(request.id))?.decision;
    if (decision !== undefined) return decision;
  }
}

async function timeOut(clock: Clock, ask: Ask, signal: AbortSignal): Promise<undefined> {
  if (ask.timeoutMs === undefined)
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  await clock.sleep(ask.timeoutMs, signal);
  return undefined;
}

function assumed(clock: Clock, ask: Ask): Decision | undefined {
  return ask.assumption === undefined
    ? undefined
    : { answer: ask.assumption, by: 'timeout', channel: 'assumption', at: clock.now() };
}
