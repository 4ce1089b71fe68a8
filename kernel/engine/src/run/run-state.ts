import {
  addUsd,
  type ChatResponse,
  type Decision,
  type EventPayload,
  type Finding,
  type HumanRequest,
  type Json,
  type OpenCalls,
  type PhaseName,
  type Plan,
  type RunStatus,
  type TestEvidence,
} from '@forge/plugin-api';
import type { WorkedTime } from './worked-time.ts';

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
  /** What it was told of its tools. */
  toolsBlob?: string | undefined;
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
  /** How often all rounds of a phase, or all tries to mend the tests of a task, were used up. */
  usedUp: Record<string, number>;
  /** Task or fix to the commit on the run's branch that came of it. */
  merged: Record<string, string>;
  /** `votes`, `escalations`: how many of them the log has. */
  requests: Record<string, { request: HumanRequest; decision?: Decision; votes?: number; escalations?: number }>;
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
    usedUp: {},
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
