import type { Change, EventPayload, ForgeError, Requirement, RunRecord, StoredRequest } from '@forge/plugin-api';
import type { PruneOutcome, PruneRequest } from './run/prune-runs.ts';

export interface StartRequest {
  /** A ULID that no run has: who starts a run may have promised it before. Default: a new one. Else RUN_EXISTS. */
  readonly id?: string;
  readonly requirement: Requirement;
  /** Any folder of the repository. */
  readonly directory: string;
  /** End after planning, with the plan as the result. Default false. */
  readonly planOnly?: boolean;
  /** Answer approvals with yes where policy allows (`--yes`). Default false. */
  readonly approve?: boolean;
  /** Dollars that the run may cost in all. Default: as configured; for a run that is resumed not less than before. */
  readonly budgetUsd?: number | undefined;
}

export type ResumeRequest = Pick<StartRequest, 'approve' | 'budgetUsd'>;

export interface ForkRequest extends ResumeRequest, Pick<StartRequest, 'id'> {
  /** The last event of the other run that is taken over. Default: its last one. */
  readonly at?: number;
}

/** How a run, or this process's part of it, ended. */
export interface RunOutcome {
  readonly record: RunRecord;
  /** Why, unless it completed: its code decides the exit code. */
  readonly error?: ForgeError | undefined;
  readonly change?: Change | undefined;
  /** The short proof of work, Markdown. */
  readonly proof?: string | undefined;
}

export interface PersonsDecision {
  readonly approved?: boolean | undefined;
  readonly answer?: string | undefined;
  readonly reason?: string | undefined;
  /** Of the request as the person saw it. Without it the decision is for the request as it is. */
  readonly subjectHash?: string | undefined;
  readonly by: string;
  readonly channel: string;
}

export interface RunHandle {
  readonly id: string;
  /** Always resolves: a failed run is an outcome, too. */
  readonly finished: Promise<RunOutcome>;
  /** Lets the step in flight end, then parks the run as stopped. Calling twice aborts the step. */
  stop(): void;
}

export interface Engine {
  /** Resolves when `run.started` is durable. Rejects with NOT_A_REPOSITORY and the like, before anything is stored. */
  start(request: StartRequest): Promise<RunHandle>;
  /**
   * Continues a parked, stopped, failed or abandoned run: nothing that finished is run or paid for again. Rejects with
   * RUN_NOT_FOUND, and with LEASE_HELD while a living process owns it.
   */
  resume(runId: string, request?: ResumeRequest): Promise<RunHandle>;
  /**
   * A new run that begins as a copy of another one's first events, with the workspaces of that moment, and goes on from
   * there by itself. What the other one paid for is not paid again. The other run stays as it is, whatever its state.
   * Rejects with RUN_NOT_FOUND, with USAGE when there is no such event, and with WORKSPACE_LOST when commits that the
   * copy needs are gone; before anything is stored.
   */
  fork(runId: string, request?: ForkRequest): Promise<RunHandle>;
  /** Ends an unfinished run that nobody owns and removes its workspaces. Rejects with USAGE for a completed one. */
  discard(runId: string, by: string): Promise<RunRecord>;
  /** Removes finished runs that the configuration (`retention`) does not keep, and what only they needed. */
  prune(request?: PruneRequest): Promise<PruneOutcome>;
  /**
   * Answers a request for a person. The run goes on when its owner, or `resume`, sees it. Rejects with REQUEST_NOT_FOUND,
   * with REQUEST_DECIDED when somebody was first, with REQUEST_CHANGED, which says what changed, when the decision is
   * about something else than what is asked, and with NOT_AN_APPROVER when other people are asked. Where several have to
   * say yes, the request stays open until they have: it is given back as it is then.
   */
  decide(requestId: string, decision: PersonsDecision): Promise<StoredRequest>;
  /** Writes down in every run that is under way here what happened outside of them. */
  note(type: 'webhook.disabled', payload: EventPayload<'webhook.disabled'>): Promise<void>;
  /** Unified diff of the run's change, from its workspace or its delivered branch. */
  diff(runId: string): Promise<string>;
}
