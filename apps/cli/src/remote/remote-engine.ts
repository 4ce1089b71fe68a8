import type { Forge } from '@forge/core';
import {
  type ConfigLayer,
  errorTable,
  type ErrorCode,
  type EventOf,
  faultsOf,
  type ForgeError,
  forgeError,
  type ForgeEvent,
} from '@forge/plugin-api';
import type { ForgeClient, RunDetail } from '@forge/sdk';
import { parkedCodes } from '../poll-run.ts';
import type { RemoteEvents } from './remote-events.ts';
import { recordOf } from './remote-store.ts';

type Engine = Awaited<ReturnType<Forge['engine']>>;
type RunHandle = Awaited<ReturnType<Engine['start']>>;
type RunOutcome = Awaited<RunHandle['finished']>;

export interface RemoteEngineOptions {
  /** Id, or a folder on the server's machine. */
  readonly repository: string | undefined;
  readonly flags: ConfigLayer;
  readonly events: RemoteEvents;
}

/** Runs that a server carries out, started and followed from here. */
export function createRemoteEngine(client: ForgeClient, { repository, flags, events }: RemoteEngineOptions): Engine {
  const { safety, llm } = flags;
  const settings = (approve: boolean | undefined) => ({
    approve: approve === true,
    ...(safety?.budgetUsd === undefined ? {} : { budgetUsd: safety.budgetUsd }),
    ...(llm?.provider === undefined ? {} : { provider: llm.provider }),
    ...(llm?.model === undefined ? {} : { model: llm.model }),
  });

  function handleOf(run: RunDetail): RunHandle {
    return {
      id: run.id,
      finished: follow(run),
      // The stream brings how it ends; that it could not be asked to is seen by that it goes on.
      stop: () => void client.runs.cancel(run.id).catch(() => {}),
    };
  }

  async function follow(run: RunDetail): Promise<RunOutcome> {
    let last: ForgeEvent | undefined;
    try {
      const after = events.seen.get(run.id) ?? 0;
      const end = await client.runs.follow(run.id, {
        after,
        onEvent(event) {
          last = event;
          events.tell(event);
        },
      });
      const record = recordOf(await client.runs.get(run.id));
      if (end.status === 'completed') return { record, ...(last?.type === 'run.completed' ? resultOf(last) : {}) };
      return { record, error: errorOf(record, last) };
    } catch (error) {
      return { record: recordOf(run), error: faultsOf(error)[0] };
    }
  }

  return {
    start: async ({ requirement, planOnly = false, approve }) =>
      handleOf(
        await client.runs.start({
          task: requirement,
          planOnly,
          ...settings(approve),
          ...(repository === undefined ? {} : { repository }),
        }),
      ),
    resume: async (runId, request) => handleOf(await client.runs.resume(runId, settings(request?.approve))),
    fork: async (runId, { at, approve } = {}) =>
      handleOf(await client.runs.fork(runId, { ...settings(approve), ...(at === undefined ? {} : { at }) })),
    discard: async (runId) => recordOf(await client.runs.discard(runId)),
    prune: async () => {
      throw forgeError('UNSUPPORTED', 'Runs of a server are removed on its own machine', {
        fix: 'call forge prune there',
      });
    },
    async decide(requestId, { approved, answer, reason, subjectHash }) {
      const { request } = await client.requests.decide(requestId, {
        ...(approved === undefined ? {} : { approved }),
        ...(answer === undefined ? {} : { answer }),
        ...(reason === undefined ? {} : { reason }),
        ...(subjectHash === undefined ? {} : { subjectHash }),
        // The command line says itself when a run shall go on.
        resume: false,
      });
      return request;
    },
    note: async () => {
      throw forgeError('UNSUPPORTED', 'Only the server writes into the logs of its runs');
    },
    diff: (runId) => client.runs.diff(runId),
  };
}

function resultOf({ payload: { change, proof } }: EventOf<'run.completed'>): Pick<RunOutcome, 'change' | 'proof'> {
  return { ...(change === undefined ? {} : { change }), proof };
}

/** What the process that worked on it would say. */
function errorOf(record: RunOutcome['record'], last: ForgeEvent | undefined): ForgeError {
  const { code, message, fix } = endOf(record, last);
  const known = Object.hasOwn(errorTable, code) ? (code as ErrorCode) : 'INTERNAL';
  return forgeError(known, message, { fix: fix ?? `forge resume ${record.id}` });
}

function endOf({ reason = 'The run does not go on' }: RunOutcome['record'], last: ForgeEvent | undefined) {
  if (last?.type === 'run.failed') return last.payload;
  if (last?.type !== 'run.parked') return { code: 'STOPPED', message: reason, fix: undefined };
  const { code = parkedCodes[last.payload.reason], detail, fix } = last.payload;
  return { code, message: detail, fix };
}
