import {
  addUsd,
  settleCalls,
  type ChatResponse,
  type Decision,
  type EventOf,
  type EventPayload,
  type EventType,
  type Finding,
  type ForgeEvent,
  type HumanRequest,
  type Json,
  type LedgerRow,
  type OpenCalls,
  type PhaseName,
  type Plan,
  type RunStatus,
  type TestEvidence,
} from '@forge/plugin-api';
import { keepTime, type WorkedTime } from './worked-time.ts';

/** What is recorded of one call that an execution made, under its ordinal. */
export type JournalEntry = (
  | { kind: 'llm'; response?: ChatResponse; failure?: Fault }
  | { kind: 'tool'; intent: EventPayload<'tool.intent'>; result?: EventPayload<'tool.result'> }
  | { kind: 'memory'; result: Json }
  | { kind: 'step'; result: Json }
  | { kind: 'request'; requestId: string }
) & {
  hash: string;
  /** The event that holds the answer. */
  answeredAt?: number;
};

export type EntryOf<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>;

export interface Fault {
  readonly code: string;
  readonly message: string;
}

export interface ExecutionRecord extends WorkedTime {
  phase: string | undefined;
  taskId: string | undefined;
  inputHash: string;
  /** The commit that its workspace started from. */
  base: string | undefined;
  status: 'running' | 'completed' | 'failed';
  output?: Json;
  fault?: Fault;
  journal: Record<number, JournalEntry>;
  spentUsd: number;
  tokens: number;
  iterations: number;
  toolCalls: number;
  /** A call that changes the workspace was carried out, so there is one, and what lies in it is work. */
  hasChanged: boolean;
}

export interface FindingRecord {
  finding: Finding;
  round: number;
  state: 'open' | 'resolved' | 'rejected';
}

/** Everything that continuing a run needs: a pure fold of its events, and plain JSON. */
export interface RunState extends WorkedTime {
  status: RunStatus;
  started: EventPayload<'run.started'> | undefined;
  completed: EventPayload<'run.completed'> | undefined;
  seq: number;
  /** Of the last event: two logs that agree in it agree in all before. */
  hash: string;
  /** When the last event was written. */
  lastAt: number;
  spentUsd: number;
  tokens: number;
  /** Dollars that it may cost in all. */
  budgetUsd: number | undefined;
  /** A call was paid for whose price nobody knows. */
  unknownPrice: boolean;
  /** Calls under way, and those that a process left when it ended. */
  openCalls: OpenCalls;
  executions: Record<string, ExecutionRecord>;
  /** Task to what it did, before that was merged. `commit` is undefined when nothing changed. */
  changes: Record<string, { base: string; commit: string | undefined }>;
  /** Task to how often its conflict could not be resolved. */
  unresolved: Record<string, number>;
  /** Task or fix to the commit on the run's branch that came of it. */
  merged: Record<string, string>;
  requests: Record<string, { request: HumanRequest; decision?: Decision }>;
  /** Key `<base|result>@<commit>`. */
  tests: Record<string, TestEvidence>;
  findings: FindingRecord[];
  /** Deployment stage to where it can be seen. */
  stages: Record<string, EventPayload<'deployment.stage'>>;
  /** The proof of work that the delivered commit carries, and the commit that it is about. */
  proven: { readonly commit: string; readonly proof: string } | undefined;
  /** How often it was gone on with after a crash, since a step was finished. */
  recoveries: number;
  /** Of the newest Forge that wrote to the log. */
  journalVersion: number;
  forgeVersion: string;
  plan: Plan | undefined;
  phases: Partial<Record<PhaseName, 'entered' | 'completed'>>;
}

export function initialState(): RunState {
  return {
    status: 'running',
    started: undefined,
    completed: undefined,
    seq: 0,
    hash: '',
    lastAt: 0,
    elapsedMs: 0,
    activeSince: undefined,
    spentUsd: 0,
    tokens: 0,
    budgetUsd: undefined,
    unknownPrice: false,
    openCalls: {},
    executions: {},
    changes: {},
    unresolved: {},
    merged: {},
    requests: {},
    tests: {},
    findings: [],
    stages: {},
    proven: undefined,
    recoveries: 0,
    journalVersion: 1,
    forgeVersion: '',
    plan: undefined,
    phases: {},
  };
}

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

/** The name of the branch in what agents get. */
export function toldBranch({ started }: Readonly<RunState>, branch: string): string {
  return started?.forkedFrom?.branch ?? branch;
}

/** What the run cost when everything is counted that is still open. */
export function costOf({ spentUsd, tokens, openCalls }: RunState): {
  readonly costUsd: number;
  readonly tokens: number;
} {
  const open = Object.values(openCalls);
  return {
    costUsd: addUsd(spentUsd, ...open.map((call) => call.costUsd ?? 0)),
    tokens: open.reduce((sum, call) => sum + call.tokens, tokens),
  };
}

export function sameFinding(left: Finding, right: Finding): boolean {
  return left.file === right.file && left.message === right.message && left.line === right.line;
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
    const { inputHash, base } = event.payload;
    Object.assign(executionOf(state, event), { inputHash, base });
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
