import {
  addUsd,
  type EventOf,
  type EventPayload,
  type ForgeEvent,
  forgeError,
  isForgeError,
  type RunRecord,
  type RunStore,
} from '@forge/plugin-api';
import { refuseOtherJournal } from '../log/journal-version.ts';
import type { RunOrigin } from '../workspace/index.ts';
import { commitsOf } from './inherit-events.ts';
import { runDirectory } from './run-directory.ts';
import { foldEvents } from './fold-events.ts';
import { costOf, toldBranch } from './run-state.ts';

export interface ForkOrigin {
  /** Of the other run, up to the one it is forked at. */
  readonly events: readonly ForgeEvent[];
  readonly started: EventPayload<'run.started'>;
  readonly origin: RunOrigin;
  readonly from: NonNullable<EventPayload<'run.started'>['forkedFrom']>;
}

/** Where a fork begins. Rejects with USAGE when the run has no such event, and with JOURNAL_VERSION. */
export async function forkOrigin(
  place: { readonly stateDirectory: string },
  store: Pick<RunStore, 'readEvents'>,
  source: RunRecord,
  at = source.lastSeq,
): Promise<ForkOrigin> {
  const events = (await store.readEvents(source.id)).slice(0, at);
  const [last, state] = [events.at(-1), foldEvents(events)];
  const { started } = state;
  if (last?.seq !== at || started === undefined) {
    throw forgeError('USAGE', `Run ${source.id} has no event ${at}`, {
      why: source.lastSeq === 0 ? 'it has none at all' : `it has events 1 to ${source.lastSeq}`,
      fix: `forge logs ${source.id}`,
    });
  }
  refuseOtherJournal(source.id, state);
  const cost = costOf(state);
  const merged = events.findLast((event): event is EventOf<'task.merged'> => event.type === 'task.merged');
  return {
    events,
    started,
    origin: {
      base: started.base,
      head: merged?.payload.commit ?? started.base.commit,
      directory: runDirectory(place, source.id),
      commits: commitsOf(events),
    },
    from: {
      runId: source.id,
      seq: last.seq,
      hash: last.hash,
      branch: toldBranch(state, source.branch),
      costUsd: addUsd(cost.costUsd, started.forkedFrom?.costUsd ?? 0),
      tokens: cost.tokens + (started.forkedFrom?.tokens ?? 0),
    },
  };
}

/** Says up to where a run can be forked whose later commits are gone. */
export function lostAt(error: unknown, { id }: RunRecord, events: readonly ForgeEvent[]): unknown {
  if (!isForgeError(error, 'WORKSPACE_LOST')) return error;
  const { missing } = error.details.data as { readonly missing: readonly string[] };
  const first = events.find(
    (event) =>
      (event.type === 'task.completed' || event.type === 'task.merged') && missing.includes(event.payload.commit ?? ''),
  );
  return forgeError('WORKSPACE_LOST', `The workspaces of run ${id} are gone, and commits of it with them`, {
    why: error.details.why ?? '',
    fix: first === undefined ? 'start a new run' : `forge fork ${id} --at ${first.seq - 1}, or an earlier event`,
    cause: error,
  });
}
