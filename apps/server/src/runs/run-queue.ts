import { type Clock, faultsOf, forgeError, isForgeError, type Logger } from '@forge/plugin-api';
import type { Clones } from '../clones.ts';
import type { Hosts } from '../hosts.ts';
import type { Repositories } from '../repositories.ts';
import type { Repository } from '@forge/sdk';
import { engage, type RunHandle } from './engage.ts';
import { nextFair } from './next-fair.ts';
import { flagsOf, type Work } from './work.ts';
import type { WorkFiles } from './work-files.ts';

/** The runs of this server: no more at once than it may have, the others wait for their turn. */
export interface RunQueue {
  /** Resolves when it is sure to be done: started, or kept and waiting. Rejects with what keeps it from starting. */
  accept(work: Work): Promise<void>;
  /** What waits or is under way here, and what could not begin. */
  get(runId: string): Work | undefined;
  list(): readonly Work[];
  /** It has a turn here. */
  isActive(runId: string): boolean;
  /** It waits for its turn, or has it and has not begun yet. */
  isPending(runId: string): boolean;
  /** Resolves when nothing of the run is under way here any more, its clearing up included. */
  over(runId: string): Promise<void>;
  counts(): { readonly active: number; readonly waiting: number };
  /** True when the run was here and stops, or never begins. */
  cancel(runId: string): Promise<boolean>;
  /** Takes up what an earlier process of this server left; none of it begins before `begin`. */
  recover(): Promise<void>;
  begin(): void;
  /** Runs end their step and park; whoever starts a server here next goes on with them. */
  close(): Promise<void>;
}

export interface RunQueueDeps {
  readonly hosts: Hosts;
  readonly repositories: Repositories;
  readonly clones: Pick<Clones, 'refresh'>;
  readonly files: WorkFiles;
  readonly clock: Clock;
  readonly log: Logger;
  /** Runs at once. */
  readonly most: number;
}

interface Active {
  readonly work: Work;
  handle?: RunHandle;
  cancelled: boolean;
  /** Resolves when the run has begun; rejects with what kept it from that. */
  readonly begun: Promise<void>;
  /** Resolves when nothing of it is under way here any more. */
  readonly over: Promise<void>;
}

/** How long a step in flight may take when the server ends; then it is cut, and done again after the next start. */
const graceMs = 10_000;
/** After a crash, a lease of the process that died may have to run out. */
const heldMs = 5_000;

export function createRunQueue({ hosts, repositories, clones, files, clock, log, most }: RunQueueDeps): RunQueue {
  const waiting: Work[] = [];
  /** Their files are being written. */
  const accepting = new Set<string>();
  const active = new Map<string, Active>();
  /** When each repository had its last turn, counted in turns. */
  const turns = new Map<string, number>();
  let turn = 0;
  const closing = new AbortController();
  const warn = (what: string) => (error: unknown) => log.warn(what, { error: String(error) });

  function fill(): void {
    while (active.size < most && !closing.signal.aborted) {
      const work = nextFair(
        waiting,
        [...active.values()].map((one) => one.work.repositoryId),
        turns,
      );
      if (work === undefined) return;
      waiting.splice(waiting.indexOf(work), 1);
      take(work).begun.catch(warn(`run ${work.id} could not begin`));
    }
  }

  function take(work: Work): Active {
    const begun = Promise.withResolvers<void>();
    const entry: Active = {
      work,
      cancelled: false,
      begun: begun.promise,
      over: Promise.resolve()
        .then(() => carryOut(entry, begun.resolve))
        .catch(async (error: unknown) => {
          begun.reject(error);
          await refuse(work, error);
        })
        .catch(warn(`what became of run ${work.id} could not be kept`))
        .finally(() => {
          active.delete(work.id);
          fill();
        }),
    };
    active.set(work.id, entry);
    turns.set(work.repositoryId, (turn += 1));
    return entry;
  }

  async function carryOut(entry: Active, onBegun: () => void): Promise<void> {
    const { work } = entry;
    const repository = repositories.find(work.repositoryId);
    // It begins at what is there now, with the settings of now.
    if (!(await hasBegun(work, repository))) await clones.refresh(repository);
    const { forge, release } = await hosts.borrow(repository, flagsOf(work.settings));
    try {
      const handle = await engage(forge, work, repository.path);
      entry.handle = handle;
      onBegun();
      if (entry.cancelled || closing.signal.aborted) handle.stop();
      const { record, error } = await handle.finished;
      // Stopped because the server ends: its file stays, and the next start goes on with it.
      if (closing.signal.aborted && error?.code === 'STOPPED' && !entry.cancelled) return;
      if (record.wakeAt === undefined || record.status !== 'parked' || entry.cancelled) await files.drop(work.id);
      else await sleep({ ...work, wakeAt: record.wakeAt });
    } finally {
      release();
    }
  }

  async function hasBegun({ id, start }: Work, repository: Repository): Promise<boolean> {
    if (start === undefined || repository.url === undefined) return true;
    // Settings that keep it from opening may be mended by what is fetched.
    const forge = await hosts.of(repository).catch(() => undefined);
    return ((await (await forge?.store())?.getRun(id))?.lastSeq ?? 0) > 0;
  }

  async function refuse(work: Work, error: unknown): Promise<void> {
    if (isForgeError(error, 'LEASE_HELD') && work.recoveries > 0)
      return sleep({ ...work, wakeAt: clock.now() + heldMs });
    const { code, message } = faultsOf(error)[0] ?? { code: 'INTERNAL', message: String(error) };
    await files.keep({ ...work, refused: { code, message, at: clock.now() } });
  }

  /** Puts it into the queue when its time has come. */
  async function sleep(sleeper: Work): Promise<void> {
    await files.keep(sleeper);
    const { wakeAt = 0, ...rested } = sleeper;
    clock
      .sleep(Math.max(0, wakeAt - clock.now()), closing.signal)
      .then(async () => {
        if (files.get(sleeper.id) !== sleeper) return;
        await files.keep(rested);
        waiting.push(rested);
        fill();
      })
      .catch((error: unknown) => {
        if (!closing.signal.aborted) warn(`run ${sleeper.id} could not be woken`)(error);
      });
  }

  return {
    async accept(work) {
      closing.signal.throwIfAborted();
      const entry = active.get(work.id);
      if (entry !== undefined) return entry.begun;
      if (accepting.has(work.id) || waiting.some(({ id }) => id === work.id)) return;
      accepting.add(work.id);
      await files.keep(work).finally(() => accepting.delete(work.id));
      if (active.size >= most || waiting.length > 0) {
        waiting.push(work);
        return fill();
      }
      const { begun, over } = take(work);
      await begun.catch(async (error: unknown) => {
        await over;
        // Whoever asked learns it from the answer.
        await files.drop(work.id);
        throw error;
      });
    },
    get: (runId) => files.get(runId),
    list: () => files.list(),
    isActive: (runId) => active.has(runId),
    isPending(runId) {
      const entry = active.get(runId);
      return entry === undefined ? waiting.some(({ id }) => id === runId) : entry.handle === undefined;
    },
    over: async (runId) => active.get(runId)?.over,
    counts: () => ({ active: active.size, waiting: waiting.length }),
    async cancel(runId) {
      const entry = active.get(runId);
      if (entry !== undefined) {
        entry.cancelled = true;
        const kept = files.get(runId) === undefined ? undefined : files.keep({ ...entry.work, cancelled: true });
        entry.handle?.stop();
        await kept;
        return true;
      }
      const found = files.get(runId);
      if (found === undefined || found.refused !== undefined) return false;
      const index = waiting.findIndex(({ id }) => id === runId);
      if (index >= 0) waiting.splice(index, 1);
      await files.drop(runId);
      return true;
    },
    async recover() {
      for (const work of await files.recover(async ({ id, repositoryId }) => {
        const store = await (await hosts.of(repositories.find(repositoryId))).store();
        return store.getRun(id);
      })) {
        if ((work.wakeAt ?? 0) > clock.now()) await sleep(work);
        else waiting.push(work);
      }
    },
    begin: fill,
    async close() {
      closing.abort(forgeError('STOPPED', 'The server is ending', { transient: true }));
      const running = [...active.values()];
      for (const { handle } of running) handle?.stop();
      const over = new AbortController();
      const cut = clock.sleep(graceMs, over.signal).then(
        () => running.forEach(({ handle }) => handle?.stop()),
        () => {},
      );
      await Promise.all(running.map((entry) => entry.over));
      over.abort();
      await cut;
    },
  };
}
