import type { Change, EventPayload, Finding, HumanRequest, OpenCalls, Plan, TestEvidence } from '@forge/plugin-api';
import { nothingSpent, type Spending } from './figures.ts';

/** What a person sees of a run: a pure fold of its events. Times are those of the events. */
export interface RunView {
  readonly runId: string;
  readonly task: string;
  readonly branch: string;
  readonly base: EventPayload<'run.started'>['base'] | undefined;
  /** Where it began as a copy of another run. */
  readonly forkedFrom: EventPayload<'run.started'>['forkedFrom'];
  readonly budgetUsd: number;
  readonly automationLevel: number;
  /** A recording is played: every line says so. */
  readonly recorded: boolean;
  readonly forgeVersion: string;
  /** `provider:model` by agent. */
  readonly models: Readonly<Record<string, string>>;
  readonly sandbox: EventPayload<'sandbox.selected'> | undefined;
  readonly status: RunViewStatus;
  readonly startedAt: number;
  readonly lastAt: number;
  readonly lastSeq: number;
  /** Time in which nobody worked on it. */
  readonly idleMs: number;
  readonly spent: Spending;
  /** Calls to models that nobody has paid for yet. */
  readonly openCalls: OpenCalls;
  readonly phases: readonly PhaseView[];
  readonly plan: Plan | undefined;
  readonly tasks: readonly TaskView[];
  /** By execution id, in the order of their starts. */
  readonly executions: Readonly<Record<string, ExecutionView>>;
  readonly findings: readonly FindingView[];
  readonly tests: readonly TestEvidence[];
  readonly requests: readonly RequestView[];
  /** Of the work on several tasks, before it began. */
  readonly estimate: EventPayload<'work.estimated'> | undefined;
  readonly deployment: EventPayload<'deployment.decided'> | undefined;
  readonly deployed: readonly EventPayload<'deployment.stage'>[];
  /** Why it waits. */
  readonly parked: EventPayload<'run.parked'> | undefined;
  readonly failure: EventPayload<'run.failed'> | undefined;
  readonly summary: string | undefined;
  readonly change: Change | undefined;
  readonly proof: string | undefined;
}

export type RunViewStatus = 'running' | 'parked' | 'completed' | 'failed' | 'discarded';
export type StepStatus = 'waiting' | 'running' | 'done' | 'failed';

export interface PhaseView {
  readonly name: string;
  readonly status: StepStatus;
  /** Since when it runs, and how long it ran before that. */
  readonly runningSince: number | undefined;
  readonly ranMs: number;
  readonly summary: string;
  readonly spent: Spending;
}

export interface TaskView {
  readonly id: string;
  readonly title: string;
  readonly dependencies: readonly string[];
  readonly status: StepStatus;
  readonly merged: boolean;
  readonly spent: Spending;
  readonly problem: string | undefined;
}

export interface ExecutionView {
  readonly id: string;
  readonly agent: string;
  readonly agentType: string;
  readonly phase: string | undefined;
  readonly taskId: string | undefined;
  readonly status: StepStatus;
  /** What it is doing now, in a few words. */
  readonly activity: string;
  /** Why the model has to be asked again, until it answers. */
  readonly trouble: string;
  readonly spent: Spending;
}

export interface FindingView {
  readonly finding: Finding;
  readonly round: number;
  readonly state: 'open' | 'resolved' | 'rejected';
}

export interface RequestView {
  readonly request: HumanRequest;
  readonly decision: EventPayload<'request.decided'>['decision'] | undefined;
}

export const emptyRunView: RunView = {
  runId: '',
  task: '',
  branch: '',
  base: undefined,
  forkedFrom: undefined,
  budgetUsd: 0,
  automationLevel: 1,
  recorded: false,
  forgeVersion: '',
  models: {},
  sandbox: undefined,
  status: 'running',
  startedAt: 0,
  lastAt: 0,
  lastSeq: 0,
  idleMs: 0,
  spent: nothingSpent,
  openCalls: {},
  phases: [],
  plan: undefined,
  tasks: [],
  executions: {},
  findings: [],
  tests: [],
  requests: [],
  estimate: undefined,
  deployment: undefined,
  deployed: [],
  parked: undefined,
  failure: undefined,
  summary: undefined,
  change: undefined,
  proof: undefined,
};

/** How long the run has been worked on, up to `now` while it runs. */
export function elapsedMs(view: RunView, now: number): number {
  return (view.status === 'running' ? Math.max(now, view.lastAt) : view.lastAt) - view.startedAt - view.idleMs;
}

/** How long a phase has been worked on. */
export function phaseMs(phase: PhaseView, now: number): number {
  return phase.ranMs + (phase.runningSince === undefined ? 0 : Math.max(0, now - phase.runningSince));
}
