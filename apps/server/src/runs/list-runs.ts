import type { RunStatus } from '@forge/plugin-api';
import type { Repository, Run, RunPage } from '@forge/sdk';
import type { Hosts } from '../hosts.ts';
import { problemOf } from '../http/problem.ts';
import type { Repositories } from '../repositories.ts';
import type { RunQueue } from './run-queue.ts';
import { shownRun } from './shown-run.ts';

export interface ListRuns {
  readonly repository?: string | undefined;
  readonly status?: readonly Run['status'][] | undefined;
  readonly limit: number;
  /** The id of the last run of the page before. */
  readonly cursor?: string | undefined;
}

export interface ListRunsDeps {
  readonly repositories: Repositories;
  readonly hosts: Hosts;
  readonly queue: RunQueue;
}

/** Newest first, over all repositories; one that cannot be looked at is named beside what the others have. */
export async function listRuns({ repository, status, limit, cursor }: ListRuns, deps: ListRunsDeps): Promise<RunPage> {
  const { repositories, queue } = deps;
  const wanted = repository === undefined ? repositories.list() : [repositories.find(repository)];
  const stored = status?.includes('queued') === true ? undefined : (status as readonly RunStatus[] | undefined);
  const query = {
    limit: limit + 1,
    ...(cursor === undefined ? {} : { before: cursor }),
    ...(stored === undefined ? {} : { status: stored }),
  };
  const pages = await Promise.all(wanted.map((one) => pageOf(one, query, deps)));
  const known = new Map(pages.flatMap(({ runs }) => runs).map((run) => [run.id, run]));
  for (const work of queue.list()) {
    const one = wanted.find(({ id }) => id === work.repositoryId);
    if (one === undefined || known.has(work.id) || (cursor !== undefined && work.id >= cursor)) continue;
    if (work.start !== undefined || work.fork !== undefined) known.set(work.id, shownRun(one, undefined, work, queue));
  }
  const runs = [...known.values()]
    .filter((run) => status === undefined || status.includes(run.status))
    .sort((left, right) => (left.id < right.id ? 1 : -1));
  const items = runs.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    ...(runs.length > limit && last !== undefined ? { next: last.id } : {}),
    faults: pages.flatMap(({ faults }) => faults),
  };
}

async function pageOf(
  repository: Repository,
  query: { readonly limit: number; readonly before?: string; readonly status?: readonly RunStatus[] },
  { hosts, queue }: ListRunsDeps,
): Promise<{ readonly runs: readonly Run[]; readonly faults: RunPage['faults'] }> {
  try {
    const store = await (await hosts.of(repository)).store();
    const records = await store.listRuns(query);
    return { runs: records.map((record) => shownRun(repository, record, queue.get(record.id), queue)), faults: [] };
  } catch (error) {
    return { runs: [], faults: [{ repositoryId: repository.id, problem: problemOf(error) }] };
  }
}
