import { addUsd, settleCalls, type EventOf, type EventType, type ForgeEvent, type LedgerRow } from '@forge/plugin-api';
import { nothingSpent, type Spending } from './figures.ts';
import {
  emptyRunView,
  type ExecutionView,
  type FindingView,
  type PhaseView,
  type RunView,
  type StepStatus,
  type TaskView,
} from './run-view.ts';

/** The view after one more event. Events that it does not know change nothing but the time. */
export function applyEvent(view: RunView, event: ForgeEvent): RunView {
  const handler = handlers[event.type] as ((view: RunView, event: ForgeEvent) => Partial<RunView>) | undefined;
  const changes = Object.hasOwn(handlers, event.type) ? handler?.(view, event) : undefined;
  const { open, rows } = settleCalls(view.openCalls, event);
  const after = { ...view, ...changes, openCalls: open, lastAt: event.timestamp, lastSeq: event.seq };
  return rows.reduce(spend, after);
}

export function viewOf(events: readonly ForgeEvent[]): RunView {
  return events.reduce(applyEvent, emptyRunView);
}

/** What each event changes in the view. */
const handlers: { readonly [T in EventType]?: (view: RunView, event: EventOf<T>) => Partial<RunView> } = {
  'run.started': (_view, { traceId, timestamp, payload }) => ({
    runId: traceId,
    task: payload.requirement.task,
    branch: payload.branch,
    base: payload.base,
    forkedFrom: payload.forkedFrom,
    budgetUsd: payload.budgetUsd,
    automationLevel: payload.automationLevel,
    recorded: payload.recorded,
    forgeVersion: payload.forgeVersion,
    models: payload.models,
    startedAt: timestamp,
    phases: payload.phases.map(waitingPhase),
  }),
  'run.resumed': (view, { timestamp, payload }) => ({
    status: 'running',
    budgetUsd: payload.budgetUsd ?? view.budgetUsd,
    parked: undefined,
    failure: undefined,
    // Between its last sign of life and now nobody worked on it, whether it was parked or its process died.
    idleMs: view.idleMs + (timestamp - view.lastAt),
    phases: view.phases.map((phase) => (phase.status === 'running' ? { ...phase, runningSince: timestamp } : phase)),
  }),
  'run.parked': (view, { timestamp, payload }) => ({
    status: 'parked',
    parked: payload,
    phases: view.phases.map((phase) => pausePhase(phase, timestamp)),
  }),
  'run.completed': (_view, { payload }) => ({
    status: 'completed',
    summary: payload.summary,
    change: payload.change,
    proof: payload.proof,
  }),
  'run.failed': (view, { timestamp, payload }) => ({
    status: 'failed',
    failure: payload,
    phases: view.phases.map((phase) => pausePhase(phase, timestamp)),
  }),
  'run.discarded': () => ({ status: 'discarded' }),
  'sandbox.selected': (_view, { payload }) => ({ sandbox: payload }),

  'phase.entered': (view, { timestamp, payload }) => ({
    phases: withPhase(view.phases, payload.phase, { status: 'running', runningSince: timestamp }),
  }),
  'phase.completed': (view, { timestamp, payload }) => ({
    phases: endPhase(view.phases, payload.phase, timestamp, 'done', payload.summary),
  }),
  'phase.failed': (view, { timestamp, payload }) => ({
    phases: endPhase(view.phases, payload.phase, timestamp, 'failed', payload.message),
  }),

  'plan.created': (view, { payload }) => ({
    plan: payload.plan,
    tasks: payload.plan.tasks.map(({ id, title, dependencies }) => ({
      ...(view.tasks.find((task) => task.id === id) ?? newTask(id)),
      title,
      dependencies,
    })),
  }),
  'work.estimated': (_view, { payload }) => ({ estimate: payload }),
  'task.started': (view, { payload }) => ({
    tasks: withTask(view.tasks, payload.taskId, { status: 'running', problem: undefined }),
  }),
  'task.completed': (view, { payload }) => ({ tasks: withTask(view.tasks, payload.taskId, { status: 'done' }) }),
  'task.conflicted': (view, { payload }) => ({ tasks: withTask(view.tasks, payload.taskId, { status: 'running' }) }),
  'task.merged': (view, { payload }) => ({
    tasks: withTask(view.tasks, payload.taskId, { status: 'done', merged: true }),
  }),
  'task.failed': (view, { payload }) => ({
    tasks: withTask(view.tasks, payload.taskId, { status: 'failed', problem: payload.message }),
  }),

  'execution.started': (view, event) => ({
    executions: {
      ...view.executions,
      [event.executionId ?? event.id]: {
        id: event.executionId ?? event.id,
        agent: event.payload.agent,
        agentType: event.payload.agentType,
        phase: event.phase,
        taskId: event.taskId,
        status: 'running',
        activity: '',
        trouble: '',
        spent: view.executions[event.executionId ?? '']?.spent ?? nothingSpent,
      },
    },
  }),
  'execution.completed': (view, event) => withExecution(view, event, { status: 'done', activity: '' }),
  'execution.failed': (view, event) =>
    withExecution(view, event, { status: 'failed', activity: event.payload.message }),
  'execution.restarted': (view, event) =>
    withExecution(view, event, { status: 'running', activity: `again: ${event.payload.reason}` }),
  'worker.lost': (view, event) => withExecution(view, event, { trouble: event.payload.message }),

  // What it did last tells more than that the model is being asked again.
  'llm.requested': (view, event) =>
    view.executions[event.executionId ?? '']?.activity === ''
      ? withExecution(view, event, { activity: `asking ${event.payload.model}` })
      : {},
  'llm.responded': (view, event) => withExecution(view, event, { trouble: '' }),
  'llm.retried': (view, event) =>
    withExecution(view, event, {
      trouble: `${event.payload.message}; try ${event.payload.attempt + 1} in ${Math.ceil(event.payload.waitMs / 1000)} s`,
    }),
  'llm.fallback': (view, event) =>
    withExecution(view, event, { trouble: `${event.payload.message}; asks ${event.payload.to}` }),
  'tool.intent': (view, event) => withExecution(view, event, { activity: event.payload.description }),
  'agent.progress': (view, event) => withExecution(view, event, { activity: event.payload.message }),

  'request.opened': (view, { payload }) => ({
    requests: [
      ...view.requests.filter(({ request }) => request.id !== payload.request.id),
      { request: payload.request, decision: undefined },
    ],
  }),
  'request.decided': (view, { payload }) => ({
    requests: view.requests.map((entry) =>
      entry.request.id === payload.requestId ? { ...entry, decision: payload.decision } : entry,
    ),
  }),

  'finding.detected': (view, { payload }) => ({
    findings: [...view.findings.filter((entry) => !same(entry, payload)), { ...payload, state: 'open' }],
  }),
  'finding.rejected': (view, { payload }) => ({
    findings: [...view.findings.filter((entry) => !same(entry, payload)), { ...payload, round: 0, state: 'rejected' }],
  }),
  'finding.resolved': (view, { payload }) => ({
    findings: view.findings.map((entry) => (same(entry, payload) ? { ...entry, state: 'resolved' as const } : entry)),
  }),
  'tests.ran': (view, { payload }) => ({ tests: [...view.tests, payload.evidence] }),
  'deployment.decided': (view, { payload }) => ({ deployment: payload, proof: payload.proof ?? view.proof }),
  'deployment.stage': (view, { payload }) => ({ deployed: [...view.deployed, payload] }),
  'deployment.rolledback': (view, { payload }) => ({
    deployed: view.deployed.filter((stage) => stage.stage !== payload.stage),
  }),
};

function waitingPhase(name: string): PhaseView {
  return { name, status: 'waiting', runningSince: undefined, ranMs: 0, summary: '', spent: nothingSpent };
}

function newTask(id: string): TaskView {
  return { id, title: id, dependencies: [], status: 'waiting', merged: false, spent: nothingSpent, problem: undefined };
}

function withPhase(phases: readonly PhaseView[], name: string, changes: Partial<PhaseView>): readonly PhaseView[] {
  if (!phases.some((phase) => phase.name === name)) return [...phases, { ...waitingPhase(name), ...changes }];
  return phases.map((phase) => (phase.name === name ? { ...phase, ...changes } : phase));
}

function pausePhase(phase: PhaseView, now: number): PhaseView {
  if (phase.runningSince === undefined) return phase;
  return { ...phase, ranMs: phase.ranMs + (now - phase.runningSince), runningSince: undefined };
}

function endPhase(
  phases: readonly PhaseView[],
  name: string,
  now: number,
  status: StepStatus,
  summary: string,
): readonly PhaseView[] {
  return phases.map((phase) => (phase.name === name ? { ...pausePhase(phase, now), status, summary } : phase));
}

/** Only tasks of the plan have rows: fixes that later phases ask for belong to those. */
function withTask(tasks: readonly TaskView[], id: string, changes: Partial<TaskView>): readonly TaskView[] {
  return tasks.map((task) => (task.id === id ? { ...task, ...changes } : task));
}

function withExecution(view: RunView, event: ForgeEvent, changes: Partial<ExecutionView>): Partial<RunView> {
  const execution = view.executions[event.executionId ?? ''];
  if (execution === undefined) return {};
  return { executions: { ...view.executions, [execution.id]: { ...execution, ...changes } } };
}

/** Books a row of the ledger on the run, and on the phase, task and execution it was for. */
function spend(view: RunView, { costUsd, tokens, executionId, phase, taskId }: LedgerRow): RunView {
  const cost: Spending = { costUsd: costUsd ?? 0, tokens, unpriced: costUsd === undefined };
  const execution = view.executions[executionId];
  const phaseName = phase ?? execution?.phase;
  const task = taskId ?? execution?.taskId;
  return {
    ...view,
    spent: addSpending(view.spent, cost),
    phases: view.phases.map((entry) => (entry.name === phaseName ? book(entry, cost) : entry)),
    tasks: view.tasks.map((entry) => (entry.id === task ? book(entry, cost) : entry)),
    ...(execution && { executions: { ...view.executions, [execution.id]: book(execution, cost) } }),
  };
}

function book<Entry extends { readonly spent: Spending }>(entry: Entry, cost: Spending): Entry {
  return { ...entry, spent: addSpending(entry.spent, cost) };
}

export function addSpending(left: Spending, right: Spending): Spending {
  return {
    costUsd: addUsd(left.costUsd, right.costUsd),
    tokens: left.tokens + right.tokens,
    unpriced: left.unpriced || right.unpriced,
  };
}

/** A finding is the same when it says the same about the same place. */
function same({ finding }: Pick<FindingView, 'finding'>, { finding: other }: Pick<FindingView, 'finding'>): boolean {
  return finding.file === other.file && finding.line === other.line && finding.message === other.message;
}
