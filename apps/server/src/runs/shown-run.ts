import { forgeError, type RunRecord } from '@forge/plugin-api';
import type { Repository, Run } from '@forge/sdk';
import type { RunQueue } from './run-queue.ts';
import type { Work } from './work.ts';

/**
 * A run as the API shows it: what its store holds, and what only the server knows, such as that it waits for its turn or
 * could not begin. Throws RUN_NOT_FOUND when neither knows it.
 */
export function shownRun(
  { id: repositoryId, path }: Repository,
  record: RunRecord | undefined,
  work: Work | undefined,
  queue: Pick<RunQueue, 'isPending'>,
): Run {
  const base = record ?? (work === undefined ? undefined : unstored(work, path));
  if (base === undefined)
    throw forgeError('RUN_NOT_FOUND', 'The run is gone', { fix: 'see what there is: GET /api/runs' });
  const begun = record !== undefined && record.lastSeq > 0;
  if (work?.refused !== undefined && !begun)
    return { ...base, status: 'failed', reason: work.refused.message, repositoryId };
  return { ...base, status: work !== undefined && queue.isPending(work.id) ? 'queued' : base.status, repositoryId };
}

/** A run of which only the server knows as yet. */
function unstored({ id, start, acceptedAt }: Work, repository: string): RunRecord {
  return {
    id,
    task: start?.requirement.task ?? '',
    repository,
    status: 'running',
    branch: '',
    costUsd: 0,
    tokens: 0,
    createdAt: acceptedAt,
    updatedAt: acceptedAt,
    lastSeq: 0,
    lastHash: '',
    stopRequested: false,
  };
}
