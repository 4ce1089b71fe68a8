import {
  addUsd,
  settleCalls,
  type ChatResponse,
  type ErrorCode,
  type EventOf,
  type EventType,
  type ForgeEvent,
  type LedgerRow,
} from '@forge/plugin-api';
import { keepTime } from './worked-time.ts';
import {
  initialState,
  sameFinding,
  type JournalEntry,
  type EntryOf,
  type ExecutionRecord,
  type RunState,
} from './run-state.ts';

/** The state after all of these events. */
export function foldEvents(events: Iterable<ForgeEvent>): RunState {
  const state = initialState();
  for (const event of events) applyEvent(state, event);
  return state;
}

/** Takes one more event into a state that the caller owns. */
export function applyEvent(state: RunState, event: ForgeEvent): void {
  const apply = meanings[event.type] as ((state: RunState, event: ForgeEvent) => void) | undefined;
  apply?.(state, event);
  const { open, rows } = settleCalls(state.openCalls, event);
  state.openCalls = open;
  for (const row of rows) book(state, row);
  keepTime(state, event);
  if (finishedSteps.has(event.type)) state.recoveries = 0;
  state.seq = event.seq;
  state.hash = event.hash;
}

/** After one of them nobody can say that a run gets nowhere. */
const finishedSteps: ReadonlySet<EventType> = new Set([
  'plan.created',
  'execution.completed',
  'llm.responded',
  'tool.result',
  'memory.called',
  'step.completed',
  'request.decided',
  'task.merged',
  'tests.ran',
  'deployment.stage',
  'phase.completed',
]);

const roundsFailed: ReadonlySet<string> = new Set<ErrorCode>(['REVIEW_REJECTED', 'TESTS_FAILED']);

/** Whoever goes on tries anew, and looks first whether the tests still fail: the machine may be another one by now. */
function useUp(state: RunState, whose: string): void {
  state.usedUp[whose] = (state.usedUp[whose] ?? 0) + 1;
  state.tests = Object.fromEntries(Object.entries(state.tests).filter(([key]) => !key.startsWith('result@')));
}

/** What each event means for the state. Events without a row only tell people something. */
const meanings: { readonly [T in EventType]?: (state: RunState, event: EventOf<T>) => void } = {
  'run.started': (state, { payload }) => {
    state.started = payload;
    state.budgetUsd = payload.budgetUsd;
    state.forgeVersion = payload.forgeVersion;
    state.journalVersion = payload.journalVersion ?? 1;
  },
  'run.resumed': (state, { payload: { budgetUsd, journalVersion = 1, forgeVersion } }) => {
    state.budgetUsd = budgetUsd ?? state.budgetUsd;
    // Who parked it, or failed, had come to an end; who says nothing was killed.
    state.recoveries = state.status === 'running' ? state.recoveries + 1 : 0;
    state.status = 'running';
    if (journalVersion < state.journalVersion) return;
    state.journalVersion = journalVersion;
    state.forgeVersion = forgeVersion ?? state.forgeVersion;
  },
  'run.parked': (state, { payload }) => {
    state.status = payload.reason === 'stopped' ? 'stopped' : 'parked';
  },
  'run.completed': (state, { payload }) => {
    state.status = 'completed';
    state.completed = payload;
  },
  'run.failed': (state) => {
    state.status = 'failed';
  },
  'run.discarded': (state) => {
    state.status = 'discarded';
  },

  'phase.entered': (state, { payload }) => {
    state.phases[payload.phase] = 'entered';
  },
  'phase.completed': (state, { payload }) => {
    state.phases[payload.phase] = 'completed';
  },
  'plan.created': (state, { payload }) => {
    state.plan = payload.plan;
  },

  'execution.started': (state, event) => {
    const { inputHash, base, toolsBlob } = event.payload;
    Object.assign(executionOf(state, event), { inputHash, base, ...(toolsBlob === undefined ? {} : { toolsBlob }) });
  },
  'execution.restarted': (state, event) => {
    Object.assign(executionOf(state, event), { status: 'running', journal: {}, hasChanged: false });
  },
  'execution.completed': (state, event) => {
    Object.assign(executionOf(state, event), { status: 'completed', output: event.payload.output, journal: {} });
  },
  'execution.failed': (state, event) => {
    Object.assign(executionOf(state, event), { status: 'failed', fault: event.payload });
  },

  'llm.requested': (state, event) => {
    const { ordinal, requestHash } = event.payload;
    executionOf(state, event).journal[ordinal] = { kind: 'llm', hash: requestHash };
  },
  'llm.responded': (state, event) => {
    const { ordinal, response } = event.payload;
    const execution = executionOf(state, event);
    const entry = entryOf(execution, ordinal, 'llm');
    if (entry !== undefined)
      Object.assign(entry, { response: response as unknown as ChatResponse, answeredAt: event.seq });
    execution.iterations += 1;
  },
  'llm.failed': (state, event) => {
    const { ordinal, code, message } = event.payload;
    // To wait is no outcome: it is asked again when the run goes on.
    if (code === 'WAITING_FOR_QUOTA') return;
    const entry = entryOf(executionOf(state, event), ordinal, 'llm');
    if (entry !== undefined) entry.failure = { code, message };
  },
  'tool.intent': (state, event) => {
    const execution = executionOf(state, event);
    const { ordinal, inputHash } = event.payload;
    execution.journal[ordinal] = { kind: 'tool', hash: inputHash, intent: event.payload };
    execution.toolCalls += 1;
  },
  'tool.result': (state, event) => {
    const execution = executionOf(state, event);
    const entry = entryOf(execution, event.payload.ordinal, 'tool');
    if (entry === undefined) return;
    Object.assign(entry, { result: event.payload, answeredAt: event.seq });
    execution.hasChanged ||= entry.intent.effect === 'workspace';
  },
  'memory.called': (state, event) => {
    const { ordinal, requestHash, result } = event.payload;
    executionOf(state, event).journal[ordinal] = {
      kind: 'memory',
      hash: requestHash,
      result,
      answeredAt: event.seq,
    };
  },
  'step.completed': (state, event) => {
    const { ordinal, name, result } = event.payload;
    executionOf(state, event).journal[ordinal] = { kind: 'step', hash: name, result, answeredAt: event.seq };
  },

  'request.opened': (state, event) => {
    const { request, ordinal } = event.payload;
    state.requests[request.id] = { request };
    if (ordinal === undefined) return;
    executionOf(state, event).journal[ordinal] = { kind: 'request', hash: request.subjectHash, requestId: request.id };
  },
  'request.voted': ({ requests }, { payload: { requestId } }) => {
    const known = requests[requestId];
    if (known !== undefined) known.votes = (known.votes ?? 0) + 1;
  },
  'request.escalated': ({ requests }, { payload: { requestId } }) => {
    const known = requests[requestId];
    if (known !== undefined) known.escalations = (known.escalations ?? 0) + 1;
  },
  'request.decided': (state, event) => {
    const { requestId, decision } = event.payload;
    const known = state.requests[requestId];
    if (known !== undefined) known.decision = decision;
    const { journal = {} } = state.executions[event.executionId ?? ''] ?? {};
    const entry = Object.values(journal).find((each) => each.kind === 'request' && each.requestId === requestId);
    if (entry !== undefined) entry.answeredAt = event.seq;
  },

  'task.completed': (state, { payload: { taskId, base, commit } }) => {
    // Older logs say it after the merge, and without a base.
    if (base !== undefined) state.changes[taskId] = { base, commit };
  },
  'task.failed': (state, { payload: { taskId, code } }) => {
    if (code === 'MERGE_CONFLICT') state.unresolved[taskId] = (state.unresolved[taskId] ?? 0) + 1;
    if (code === 'TESTS_FAILED') useUp(state, taskId);
  },
  'phase.failed': (state, { payload: { phase, code } }) => {
    if (roundsFailed.has(code) && phase !== 'implementation') useUp(state, `phase ${phase}`);
  },
  'task.merged': (state, { payload }) => {
    state.merged[payload.taskId] = payload.commit;
  },
  'tests.ran': (state, { payload: { evidence } }) => {
    state.tests[`${evidence.on}@${evidence.commit}`] = evidence;
  },
  'finding.detected': (state, { payload: { finding, round } }) => {
    state.findings.push({ finding, round, state: 'open' });
  },
  'finding.rejected': (state, { payload: { finding } }) => {
    state.findings.push({ finding, round: 0, state: 'rejected' });
  },
  'finding.resolved': (state, { payload: { finding } }) => {
    for (const known of state.findings) if (sameFinding(known.finding, finding)) known.state = 'resolved';
  },
  'deployment.decided': (state, { payload: { commit, proof } }) => {
    if (commit !== undefined && proof !== undefined) state.proven = { commit, proof };
  },
  'deployment.stage': (state, { payload }) => {
    state.stages[payload.stage] = payload;
  },
};

function book(state: RunState, { executionId, costUsd, tokens }: LedgerRow): void {
  const execution = state.executions[executionId];
  for (const sums of execution === undefined ? [state] : [state, execution]) {
    sums.spentUsd = addUsd(sums.spentUsd, costUsd ?? 0);
    sums.tokens += tokens;
  }
  state.unknownPrice ||= costUsd === undefined;
}

function executionOf(state: RunState, event: ForgeEvent): ExecutionRecord {
  const id = event.executionId ?? '';
  state.executions[id] ??= {
    phase: event.phase,
    taskId: event.taskId,
    inputHash: '',
    base: undefined,
    status: 'running',
    journal: {},
    elapsedMs: 0,
    activeSince: undefined,
    spentUsd: 0,
    tokens: 0,
    iterations: 0,
    toolCalls: 0,
    hasChanged: false,
  };
  return state.executions[id];
}

function entryOf<K extends JournalEntry['kind']>(
  execution: ExecutionRecord,
  ordinal: number,
  kind: K,
): EntryOf<K> | undefined {
  const entry = execution.journal[ordinal];
  return entry?.kind === kind ? (entry as EntryOf<K>) : undefined;
}
