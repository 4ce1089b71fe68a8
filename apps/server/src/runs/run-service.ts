import type { Forge } from '@forge/core';
import { type Clock, forgeError, requirementSchema, type z } from '@forge/plugin-api';
import {
  allows,
  type forkRunSchema,
  type Pushed,
  type Repository,
  type ResumeRun,
  type RunDetail,
  type RunPage,
  type startRunSchema,
} from '@forge/sdk';
import type { Actor } from '../auth/tokens.ts';
import type { Clones } from '../clones.ts';
import type { Hosts } from '../hosts.ts';
import type { Repositories } from '../repositories.ts';
import type { Idempotency } from './idempotency.ts';
import type { RunQueue } from './run-queue.ts';
import { type ListRuns, listRuns } from './list-runs.ts';
import { shareReads } from './share-reads.ts';
import { shownRun } from './shown-run.ts';
import type { Work } from './work.ts';

/** What the routes do with runs. */
export interface RunService {
  start(body: z.output<typeof startRunSchema>, actor: Actor, key: string | undefined): Promise<RunDetail>;
  resume(runId: string, body: ResumeRun, actor: Actor): Promise<RunDetail>;
  /** A new run that begins as a copy of another one's first events. */
  fork(runId: string, body: z.output<typeof forkRunSchema>, actor: Actor): Promise<RunDetail>;
  get(runId: string): Promise<RunDetail>;
  list(query: ListRuns): Promise<RunPage>;
  cancel(runId: string): Promise<RunDetail>;
  discard(runId: string, by: string): Promise<RunDetail>;
  /** Unified diff of what a run changed. */
  diff(runId: string): Promise<string>;
  /** Pushes what a completed run delivered to where its repository was cloned from. */
  push(runId: string): Promise<Pushed>;
  /** Runs of a repository wait or are under way here. */
  hasWork(repositoryId: string): boolean;
  /** Where a run is. Rejects with RUN_NOT_FOUND. */
  locate(runId: string): Promise<{ readonly repository: Repository; readonly forge: Forge }>;
}

export interface RunServiceDeps {
  readonly repositories: Repositories;
  readonly hosts: Hosts;
  readonly clones: Pick<Clones, 'push'>;
  readonly queue: RunQueue;
  readonly idempotency: Idempotency;
  readonly clock: Clock;
  newId(): string;
}

export function createRunService(deps: RunServiceDeps): RunService {
  const { repositories, hosts, clones, queue, idempotency, clock, newId } = deps;
  const places = new Map<string, Repository>();

  async function locate(runId: string): Promise<{ repository: Repository; forge: Forge }> {
    const known = places.get(runId) ?? repositories.list().find(({ id }) => id === queue.get(runId)?.repositoryId);
    if (known !== undefined && repositories.list().includes(known))
      return { repository: known, forge: await hosts.of(known) };
    for (const repository of repositories.list()) {
      const forge = await hosts.of(repository).catch(() => undefined);
      if (forge === undefined || (await (await forge.store()).getRun(runId)) === undefined) continue;
      places.set(runId, repository);
      return { repository, forge };
    }
    throw forgeError('RUN_NOT_FOUND', `This server has no run ${runId}`, { fix: 'see what there is: GET /api/runs' });
  }

  // A run that many look at is read once for all of them.
  const get = shareReads(async (runId: string): Promise<RunDetail> => {
    const { repository, forge } = await locate(runId);
    const store = await forge.store();
    const [record, lease] = await Promise.all([store.getRun(runId), store.readLease(runId)]);
    const run = shownRun(repository, record, queue.get(runId), queue);
    if (lease === undefined || lease.expiresAt <= clock.now()) return run;
    const { owner, fence, expiresAt } = lease;
    return { ...run, lease: { owner, fence, expiresAt } };
  });

  function mayAsk(actor: Actor, settings: ResumeRun, forge: Forge): void {
    const refuse = (what: string, scope: string): never => {
      throw forgeError('FORBIDDEN', `${what} takes the scope ${scope}`, { fix: `use a token with ${scope}` });
    };
    if (settings.approve === true && !allows(actor.scopes, 'approve')) refuse('approve: true', 'approve');
    const { budgetUsd } = forge.config.safety;
    if ((settings.budgetUsd ?? 0) > budgetUsd && !allows(actor.scopes, 'admin'))
      refuse(`A budget of more than the $${budgetUsd} of the configuration`, 'admin');
  }

  function workOf(id: string, repository: Repository, settings: ResumeRun): Work {
    const { approve = false, budgetUsd, provider, model } = settings;
    return {
      id,
      repositoryId: repository.id,
      approve,
      settings: {
        ...(budgetUsd === undefined ? {} : { budgetUsd }),
        ...(provider === undefined ? {} : { provider }),
        ...(model === undefined ? {} : { model }),
      },
      acceptedAt: clock.now(),
      recoveries: 0,
      lastSeq: 0,
    };
  }

  async function isBegun(work: Work, forge: Forge): Promise<boolean> {
    return ((await (await forge.store()).getRun(work.id))?.lastSeq ?? 0) > 0;
  }

  return {
    locate,
    get,
    hasWork: (repositoryId) =>
      queue.list().some((work) => work.repositoryId === repositoryId && work.refused === undefined),
    async start(body, actor, key) {
      const repository = repositories.find(body.repository);
      const forge = await hosts.current(repository);
      mayAsk(actor, body, forge);
      const requirement = requirementSchema.parse(typeof body.task === 'string' ? { task: body.task } : body.task);
      const make = (): Work => ({
        ...workOf(newId(), repository, body),
        start: { requirement, planOnly: body.planOnly },
      });
      const work = key === undefined ? make() : await idempotency.once(actor.id, key, body, make);
      places.set(work.id, repository);
      try {
        if (!(await isBegun(work, forge))) await queue.accept(work);
      } catch (error) {
        places.delete(work.id);
        if (key !== undefined) await idempotency.forget(actor.id, key);
        throw error;
      }
      return get(work.id);
    },
    async resume(runId, body, actor) {
      const { repository, forge } = await locate(runId);
      mayAsk(actor, body, forge);
      const record = await (await forge.store()).getRun(runId);
      if (record?.status === 'completed' || record?.status === 'discarded')
        throw forgeError('USAGE', `Run ${runId} is ${record.status}; there is nothing to resume`, {
          fix: `look at it: GET /api/runs/${runId}`,
        });
      // One that has just ended here still clears up; it would be taken for one that goes on.
      if (record !== undefined && record.status !== 'running') await queue.over(runId);
      await queue.accept(workOf(runId, repository, body));
      return get(runId);
    },
    async fork(runId, { at, ...settings }, actor) {
      const { repository, forge } = await locate(runId);
      mayAsk(actor, settings, forge);
      const fork = { from: runId, ...(at === undefined ? {} : { at }) };
      const work: Work = { ...workOf(newId(), repository, settings), fork };
      places.set(work.id, repository);
      await queue.accept(work).catch((error: unknown) => {
        places.delete(work.id);
        throw error;
      });
      return get(work.id);
    },
    list: (query) => listRuns(query, deps),
    async diff(runId) {
      const { forge } = await locate(runId);
      const { status } = await get(runId);
      // A run that has just ended is clearing its workspaces away.
      if (status === 'completed') await queue.over(runId);
      return (await forge.engine()).diff(runId);
    },
    async push(runId) {
      const { repository } = await locate(runId);
      const { status, branch } = await get(runId);
      if (status !== 'completed')
        throw forgeError('USAGE', `Run ${runId} is ${status}: it has delivered no branch`, {
          fix: 'push it when it is completed',
        });
      await clones.push(repository, branch);
      return { runId, branch, url: repository.url ?? '' };
    },
    async cancel(runId) {
      const { forge } = await locate(runId);
      const store = await forge.store();
      const record = await store.getRun(runId);
      if (record === undefined && queue.get(runId) === undefined) return get(runId);
      const before = record === undefined ? await get(runId) : undefined;
      // Another process may be the one that works on it.
      if (!(await queue.cancel(runId)) && record?.status === 'running') await store.requestStop(runId);
      if (before !== undefined && (await store.getRun(runId)) === undefined && queue.get(runId) === undefined)
        return { ...before, status: 'stopped', reason: 'cancelled before it began' };
      return get(runId);
    },
    async discard(runId, by) {
      const { repository, forge } = await locate(runId);
      // The second time cuts the step that is under way.
      for (let times = 0; times < 2 && queue.get(runId) !== undefined; times += 1) await queue.cancel(runId);
      await queue.over(runId);
      const record = await (await forge.engine()).discard(runId, by);
      return shownRun(repository, record, undefined, queue);
    },
  };
}
