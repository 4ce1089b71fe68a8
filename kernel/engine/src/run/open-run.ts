import {
  faultsOf,
  forgeError,
  ForgeFaults,
  type EventTransport,
  type Requirement,
  type RunRecord,
  type RunStore,
  type Sandbox,
} from '@forge/plugin-api';
import { outOfTime } from '../execution/breakers.ts';
import { createBudgetTree } from '../execution/budget-tree.ts';
import type { Circuits } from '../execution/circuits.ts';
import { EventLog } from '../log/event-log.ts';
import { refuseOtherJournal } from '../log/journal-version.ts';
import { keepLease, type LeaseKeeper } from '../log/lease-keeper.ts';
import { genesisHash } from '../log/verify-events.ts';
import { approvalPolicy } from '../people/approval-policy.ts';
import { askPerson } from '../people/ask-person.ts';
import type { RunProcesses } from '../process/run-processes.ts';
import type { RunDeps } from '../run-deps.ts';
import type { RunWorkspaces } from './run-workspaces.ts';
import type { Run } from './run.ts';
import { createCheckpointSystem, readState } from './checkpoint-system.ts';
import { keepCheckpoints } from './keep-checkpoints.ts';
import { applyEvent } from './fold-events.ts';
import { initialState, type RunState } from './run-state.ts';
import { isOver, nothingToResume } from './nothing-to-resume.ts';
import { whileHeld } from './while-held.ts';
import { createStopSwitch, type StopSwitch } from './stop-switch.ts';
import type { Workers } from './workers.ts';
import { workedMs } from './worked-time.ts';

export interface OpenRunRequest {
  readonly record: RunRecord;
  /** Undefined for a new run; else what `run.started` says. */
  readonly requirement: Requirement | undefined;
  readonly approve: boolean;
  /** Dollars that the run may cost in all. Default: what it could until now, or configuration if that is more. */
  readonly budgetUsd: number | undefined;
  readonly workspaces: RunWorkspaces;
  readonly processes: RunProcesses;
  readonly workers: Workers;
  readonly circuits: Circuits;
}

export interface OpenedRun {
  readonly run: Run;
  readonly stopSwitch: StopSwitch;
  /** Gives the lease back; the run is no longer this process's. */
  close(): Promise<void>;
}

/** Takes the lease of a run and puts together what its phases work with. */
export async function openRun(deps: RunDeps, store: RunStore, request: OpenRunRequest): Promise<OpenedRun> {
  const { record } = request;
  const [bus, chosen] = await Promise.all([deps.bus(), deps.sandbox()]);
  const stopSwitch = createStopSwitch(record.id, { store, clock: deps.clock, log: deps.log });
  let keeper: LeaseKeeper;
  try {
    keeper = await keepLease({ ...deps, store }, record.id, (error) => stopSwitch.abort(error));
  } catch (error) {
    stopSwitch.close();
    throw error;
  }
  try {
    return await openOwned(deps, store, request, { keeper, stopSwitch, bus, sandbox: chosen.sandbox });
  } catch (error) {
    stopSwitch.close();
    await keeper.release().catch((unreleased: unknown) => {
      throw new ForgeFaults([...faultsOf(error), ...faultsOf(unreleased)]);
    });
    throw error;
  }
}

function heldWorkspaces(workspaces: RunWorkspaces, holdLease: () => Promise<void>): RunWorkspaces {
  const held = whileHeld(workspaces, holdLease);
  return { ...held, checkout: async (...asked) => whileHeld(await held.checkout(...asked), holdLease) };
}

interface Owned {
  readonly keeper: LeaseKeeper;
  readonly stopSwitch: StopSwitch;
  readonly bus: EventTransport;
  readonly sandbox: Sandbox;
}

async function openOwned(
  deps: RunDeps,
  store: RunStore,
  request: OpenRunRequest,
  { keeper, stopSwitch, bus, sandbox }: Owned,
): Promise<OpenedRun> {
  const { record, workspaces, processes, workers, circuits } = request;
  // Only the owner of the lease sees the last word of the log.
  const { clock, forgeVersion } = deps;
  const head = await store.getRun(record.id);
  // Another process may have brought it to its end since it was looked at.
  if (head !== undefined && isOver(head)) throw nothingToResume(head);
  const isNew = head === undefined || head.lastSeq === 0;
  const state: RunState = isNew ? initialState() : await readState({ store, forgeVersion }, record.id);
  refuseOtherJournal(record.id, state);
  const events = new EventLog({ ...deps, store, bus }, keeper.current, {
    seq: isNew ? 0 : head.lastSeq,
    hash: isNew ? genesisHash(record.id) : head.lastHash,
  });
  events.onStored((event) => applyEvent(state, event));
  const checkpoints = createCheckpointSystem({ store, clock, forgeVersion, lease: keeper.current });
  events.onStored(keepCheckpoints(checkpoints, state, deps.log));

  const safety = { ...deps.config.safety, budgetUsd: request.budgetUsd ?? budgetOf(deps, state) };
  const requirement = request.requirement ?? state.started?.requirement;
  if (requirement === undefined)
    throw forgeError('LOG_CORRUPT', `Run ${record.id} has no beginning`, { fix: 'forge discard it and start again' });
  const policy = approvalPolicy({
    yes: request.approve,
    repository: record.repository,
    now: () => deps.clock.now(),
    rules: deps.allowRules,
  });

  const run: Run = {
    id: record.id,
    branch: record.branch,
    requirement,
    deps,
    store,
    clock: deps.clock,
    events,
    state,
    safety,
    budget: createBudgetTree(safety, state),
    circuits,
    workspaces: heldWorkspaces(workspaces, keeper.hold),
    processes,
    sandbox: { sandbox, network: deps.config.sandbox.network },
    withWorker: (work) => workers.use(record.id, stopSwitch.signal, work),
    lease: keeper.current,
    holdLease: keeper.hold,
    ask: (ask) =>
      askPerson(
        {
          store,
          events,
          state,
          lease: keeper.current,
          gates: deps.gates,
          clock: deps.clock,
          newId: deps.newId,
          mask: deps.mask,
          log: deps.log,
          crashPoint: deps.crashPoint,
          signal: stopSwitch.signal,
          beforeStep: stopSwitch.beforeStep,
          userName: deps.userName,
          policy,
        },
        ask,
      ),
    signal: stopSwitch.signal,
    beforeStep() {
      stopSwitch.beforeStep();
      if (workedMs(state, deps.clock.now()) >= safety.maxRunMinutes * 60_000)
        throw outOfTime('The run', safety.maxRunMinutes, 'safety.maxRunMinutes');
    },
  };
  return {
    run,
    stopSwitch,
    async close() {
      stopSwitch.close();
      await events.settled();
      await keeper.release();
    },
  };
}

function budgetOf({ config }: RunDeps, { budgetUsd = 0 }: RunState): number {
  return Math.max(budgetUsd, config.safety.budgetUsd);
}
