import { join } from 'node:path';
import type { AgentType, EventPayload, RunRecord, RunStore } from '@forge/plugin-api';
import type { Engine, ResumeRequest, RunHandle, RunOutcome, StartRequest } from './engine.ts';
import { createCircuits } from './execution/circuits.ts';
import { journalVersion } from './log/journal-version.ts';
import { maskJson } from './log/mask-json.ts';
import { decideRequest } from './people/decide-request.ts';
import type { RunDeps } from './run-deps.ts';
import { carryOut } from './run/carry-out.ts';
import { pruneRuns } from './run/prune-runs.ts';
import { discardRun } from './run/discard-run.ts';
import { costOf } from './run/run-state.ts';
import { isOver, nothingToResume } from './run/nothing-to-resume.ts';
import { knownRun } from './run/known-run.ts';
import { openRun, type OpenedRun } from './run/open-run.ts';
import { forkOrigin, lostAt } from './run/fork-origin.ts';
import { inheritEvents, type InheritedEvent } from './run/inherit-events.ts';
import { branchName } from './run/branch-name.ts';
import { runDirectory } from './run/run-directory.ts';
import { sweepRuns } from './run/sweep-runs.ts';
import { createWorkers } from './run/workers.ts';
import { realGround, type Ground } from './run/ground.ts';
import type { Repository, RunWorkspacesOptions } from './workspace/index.ts';

/** Runs, as apps start and steer them. */
export function createEngine(deps: RunDeps, ground: Ground = realGround): Engine {
  const workers = createWorkers(deps.config.concurrency);
  const circuits = createCircuits(deps.clock);
  const underWay = new Set<OpenedRun>();
  return {
    async start(asked) {
      // Before anything of it is stored, sent or made into the name of a branch.
      const request = { ...asked, requirement: maskJson(asked.requirement, deps.mask) };
      // All at once, and all before anything is stored: a run that cannot begin leaves nothing behind.
      const rest = Promise.all([deps.store(), modelNames(), deps.sandbox()]);
      // Told below: without a repository the rest does not matter.
      rest.catch(() => undefined);
      const repository = await ground.openRepository(request.directory, deps);
      const [store, models] = await rest;
      const id = request.id ?? deps.newId();
      const createdAt = deps.clock.now();
      const branch = branchName(id, request.requirement.task);
      const record = await store.createRun({
        id,
        task: request.requirement.task,
        repository: repository.root,
        branch,
        createdAt,
      });
      deps.crashPoint('run.created');
      const opened = await open(store, repository, record, request);
      const { commit, dirty, branch: baseBranch } = repository;
      const base = { commit, dirty, ...(baseBranch === undefined ? {} : { branch: baseBranch }) };
      await orLetGo(opened, announce(opened, { requirement: request.requirement, base }, models));
      return handleOf(opened, record, { planOnly: request.planOnly ?? false });
    },

    async fork(runId, request = {}) {
      const [store, models] = await Promise.all([deps.store(), modelNames(), deps.sandbox()]);
      const source = await knownRun(store, runId);
      const { events, started, origin, from } = await forkOrigin(deps, store, source, request.at);
      const repository = await ground.openRepository(source.repository, deps);
      const { task } = started.requirement;
      const id = request.id ?? deps.newId();
      const branch = branchName(id, task);
      const run = { id, task, repository: repository.root, branch, createdAt: deps.clock.now() };
      await workspacesOf(repository, run, { origin }).catch((error: unknown) => {
        throw lostAt(error, source, events);
      });
      const record = await store.createRun(run);
      deps.crashPoint('run.created');
      const opened = await open(store, repository, record, { ...request, requirement: started.requirement });
      const inherited = inheritEvents(events, id);
      await orLetGo(opened, announce(opened, { ...started, forkedFrom: from }, models, inherited));
      return handleOf(opened, record, { planOnly: false });
    },

    async resume(runId, request = {}) {
      const store = await deps.store();
      const record = await knownRun(store, runId);
      if (isOver(record)) {
        await tidy('leftovers', () => sweepRuns(deps, ground, store));
        throw nothingToResume(record);
      }
      const repository = await ground.openRepository(record.repository, deps);
      const opened = await open(store, repository, record, request);
      await orLetGo(opened, goOn(opened));
      return handleOf(opened, record, { planOnly: false });
    },

    async discard(runId, by) {
      const store = await deps.store();
      await knownRun(store, runId);
      return discardRun(deps, ground, store, runId, by);
    },

    async prune(request = {}) {
      return pruneRuns(deps, ground, await deps.store(), request);
    },

    async decide(requestId, decision) {
      return decideRequest({ ...deps, store: await deps.store() }, requestId, maskJson(decision, deps.mask));
    },

    async note(type, payload) {
      await Promise.all([...underWay].map(({ run }) => run.events.emit(type, payload)));
    },

    async diff(runId) {
      const store = await deps.store();
      const record = await knownRun(store, runId);
      const [repository, [first]] = await Promise.all([
        ground.openRepository(record.repository, deps),
        store.readEvents(runId, { limit: 1 }),
      ]);
      const began = first?.type === 'run.started' ? { base: first.payload.base } : {};
      return (await workspacesOf(repository, record, began)).wholeDiff();
    },
  };

  function workspacesOf(
    repository: Repository,
    record: Pick<RunRecord, 'id' | 'branch'>,
    more: Pick<RunWorkspacesOptions, 'base' | 'origin'> = {},
  ) {
    return ground.createRunWorkspaces({
      ...more,
      repository,
      runId: record.id,
      directory: runDirectory(deps, record.id),
      branch: record.branch,
      env: deps.env,
      clock: deps.clock,
    });
  }

  async function open(
    store: RunStore,
    repository: Repository,
    record: RunRecord,
    request: StartRequest | ResumeRequest,
  ): Promise<OpenedRun> {
    const [workspaces, processes] = await Promise.all([
      workspacesOf(repository, record),
      ground.createRunProcesses({
        runId: record.id,
        directory: runDirectory(deps, record.id),
        // The person's files, index and configuration, wherever they lie: the run has its own.
        hidden: [deps.stateDirectory, repository.root, repository.gitDirectory, repository.commonDirectory],
        readable: [
          join(repository.commonDirectory, 'objects'),
          join(runDirectory(deps, record.id), 'clone', 'objects'),
        ],
        env: deps.env,
        clock: deps.clock,
        ownerId: deps.owner.id,
      }),
    ]);
    const requirement = 'requirement' in request ? request.requirement : undefined;
    const { approve = false, budgetUsd } = request;
    return openRun(deps, store, { record, requirement, approve, budgetUsd, workspaces, processes, workers, circuits });
  }

  /** Writes the first events, all at once: no run has but half of what it takes over. */
  async function announce(
    { run }: OpenedRun,
    { requirement, base, forkedFrom }: Pick<EventPayload<'run.started'>, 'requirement' | 'base' | 'forkedFrom'>,
    models: ModelNames,
    inherited: readonly InheritedEvent[] = [],
  ): Promise<void> {
    const { config, forgeVersion } = deps;
    const { sandbox, detail } = await deps.sandbox();
    const started = run.events.emit('run.started', {
      requirement,
      base,
      ...(forkedFrom === undefined ? {} : { forkedFrom }),
      branch: run.branch,
      budgetUsd: run.safety.budgetUsd,
      automationLevel: config.automation.level,
      phases: [...config.phases],
      agents: { ...config.agents },
      models: models.names,
      recorded: models.recorded,
      forgeVersion,
      journalVersion,
    });
    await Promise.all([
      started,
      run.events.emit('sandbox.selected', { name: sandbox.name, level: sandbox.level, detail }),
      ...inherited.map(({ type, payload, meta, patch }) =>
        run.events.emit(type, payload as never, { ...meta, inherited: true }, patch),
      ),
    ]);
  }

  /** Only as the owner: what an earlier process left running must not change what this one works on. */
  async function goOn({ run }: OpenedRun): Promise<void> {
    await run.processes.reapAll();
    const { owner, fence } = run.lease();
    await run.events.emit(
      'run.resumed',
      {
        owner: `${owner.host}:${owner.pid}`,
        fence,
        budgetUsd: run.safety.budgetUsd,
        forgeVersion: deps.forgeVersion,
        journalVersion,
      },
      {},
      {
        ...costOf(run.state),
        status: 'running',
        stopRequested: false,
        reason: undefined,
        wakeAt: undefined,
      },
    );
  }

  /** Who cannot write down that it has begun gives the lease back: a process that lives would keep it for ever. */
  async function orLetGo(opened: OpenedRun, beginning: Promise<void>): Promise<void> {
    try {
      await beginning;
    } catch (error) {
      await tidy('its lease', () => opened.close());
      throw error;
    }
  }

  async function modelNames(): Promise<ModelNames> {
    const types: readonly AgentType[] = ['planner', 'implementer', 'reviewer'];
    const chosen = await Promise.all(types.map(async (type) => [type, (await deps.models(type))[0]] as const));
    const names = Object.fromEntries(
      chosen.flatMap(([type, choice]) =>
        choice === undefined ? [] : [[type, `${choice.provider.name}:${choice.model}`]],
      ),
    );
    return { names, recorded: chosen.some(([, choice]) => choice?.provider.name === 'recorded') };
  }

  function handleOf(opened: OpenedRun, record: RunRecord, options: { readonly planOnly: boolean }): RunHandle {
    return { id: record.id, finished: finish(opened, record, options), stop: () => opened.stopSwitch.stop() };
  }

  /** How a run ended stands in its log by now; what could not be cleaned up does not change it. */
  async function tidy(what: string, act: () => Promise<void>): Promise<void> {
    await act().catch((error: unknown) => deps.log.warn(`${what} could not be tidied up`, { error: String(error) }));
  }

  async function finish(
    opened: OpenedRun,
    record: RunRecord,
    options: { readonly planOnly: boolean },
  ): Promise<RunOutcome> {
    const { run } = opened;
    underWay.add(opened);
    const { error, progress } = await carryOut(run, options).finally(() => underWay.delete(opened));
    deps.crashPoint('run.ending');
    await tidy('its processes', () => run.processes.close());
    await tidy('its lease', () => opened.close());
    deps.crashPoint('run.released');
    if (error === undefined) await tidy('its workspaces', () => run.workspaces.remove());
    await tidy('what others left', () => sweepRuns(deps, ground, run.store));
    // A few at a time, so that nobody waits for years of them.
    await tidy('old runs', async () => void (await pruneRuns(deps, ground, run.store, { limit: 10 })));
    return {
      record: (await run.store.getRun(record.id)) ?? record,
      ...(error === undefined ? {} : { error }),
      ...(progress?.delivered === undefined ? {} : { change: progress.delivered }),
      ...(progress?.proof === undefined ? {} : { proof: progress.proof }),
    };
  }
}

interface ModelNames {
  /** Agent type to `provider:model`. */
  readonly names: Readonly<Record<string, string>>;
  readonly recorded: boolean;
}
