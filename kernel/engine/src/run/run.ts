import type { Clock, Decision, Lease, Requirement, ResolvedConfig, RunStore, Sandbox } from '@forge/plugin-api';
import type { BudgetTree } from '../execution/budget-tree.ts';
import type { Circuits } from '../execution/circuits.ts';
import type { EventLog } from '../log/event-log.ts';
import type { RunDeps } from '../run-deps.ts';
import type { Ask } from '../people/ask-person.ts';
import type { RunProcesses } from '../process/run-processes.ts';
import type { RunState } from './run-state.ts';
import type { RunWorkspaces } from './run-workspaces.ts';

/** One run under way in this process: what its phases work with. */
export interface Run {
  readonly id: string;
  readonly branch: string;
  readonly requirement: Requirement;
  readonly deps: RunDeps;
  readonly store: RunStore;
  readonly clock: Clock;
  readonly events: EventLog;
  /** Kept up to date with every stored event. */
  readonly state: Readonly<RunState>;
  /** The limits in force; the budget is the run's own. */
  readonly safety: ResolvedConfig['safety'];
  readonly budget: BudgetTree;
  /** Those of this process. */
  readonly circuits: Circuits;
  readonly workspaces: RunWorkspaces;
  readonly processes: RunProcesses;
  readonly sandbox: { readonly sandbox: Sandbox; readonly network: 'none' | 'full' };
  /** Runs something when a worker of this process is free; runs that wait take turns. */
  withWorker(work: () => Promise<void>): Promise<void>;
  lease(): Lease;
  /** Right before a deed that others see: rejects with LEASE_LOST when the run is another process's by now. */
  holdLease(): Promise<void>;
  ask(request: Ask): Promise<Decision>;
  /** Aborts when the run must end now. */
  readonly signal: AbortSignal;
  /** Throws STOPPED when the run shall end after the step in flight, BREAKER_TIME when it has had its time. */
  beforeStep(): void;
}
