import { setTimeout as delay } from 'node:timers/promises';
import { listProcesses, type ProcessEntry, readEntry } from './process-table.ts';

export interface ReapReport {
  /** Processes that were sent SIGKILL. */
  readonly killed: number;
  /** Pids still alive when the time was up (stuck in the kernel, or another user's). */
  readonly survivors: readonly number[];
}

/** Names a process for good, also when its pid is given to another. */
export type KnownProcess = Pick<ProcessEntry, 'pid' | 'startTime'>;

const DEADLINE_MS = 5_000;
const PAUSE_MS = 10;

/**
 * Kills every process whose FORGE_PROCESS marker fits, and everything that descends from such a process, whatever
 * session or group it fled to. Looks until two looks in a row find nothing, because processes fork while one looks and
 * a child may get a pid that the look is already past; at most `deadlineMs` (5 s). Also right at the next start, for what a killed Forge has left behind.
 *
 * Never touches its own process or its ancestors (Forge may itself run inside a command of another Forge).
 */
export function reapMarked(
  fits: (marker: string) => boolean,
  options: { readonly deadlineMs?: number } = {},
): Promise<ReapReport> {
  return reap({ fits: (entry) => entry.marker !== undefined && fits(entry.marker) }, options.deadlineMs);
}

export interface ReapTarget {
  fits(entry: ProcessEntry): boolean;
  /** Processes seen earlier as descendants: what cleared its environment is found by this only. */
  readonly known?: readonly KnownProcess[];
}

export async function reap(target: ReapTarget, deadlineMs = DEADLINE_MS): Promise<ReapReport> {
  const until = performance.now() + deadlineMs;
  const killed = new Set<string>();
  for (let emptyLooks = 0; ; ) {
    const found = await findProcesses(target);
    emptyLooks = found.length === 0 ? emptyLooks + 1 : 0;
    for (const entry of found) {
      sendSignal(entry.pid, 'SIGKILL');
      killed.add(`${entry.pid}@${entry.startTime}`);
    }
    if (emptyLooks === 2 || performance.now() > until) {
      return { killed: killed.size, survivors: found.map((entry) => entry.pid) };
    }
    await delay(PAUSE_MS);
  }
}

/** All living processes that fit or descend from one that does, without this process and its ancestors. */
export async function findProcesses(target: ReapTarget): Promise<ProcessEntry[]> {
  const table = await listProcesses();
  const spared = ancestorsOf(process.pid);
  const known = new Map((target.known ?? []).map((entry) => [entry.pid, entry.startTime]));
  const found = new Map<number, ProcessEntry>();
  for (const entry of table) {
    if (known.get(entry.pid) === entry.startTime || target.fits(entry)) found.set(entry.pid, entry);
  }
  const childrenOf = Map.groupBy(table, (entry) => entry.parent);
  const queue = [...found.keys()];
  for (let parent = queue.pop(); parent !== undefined; parent = queue.pop()) {
    if (spared.has(parent)) continue;
    for (const child of childrenOf.get(parent) ?? []) {
      if (found.has(child.pid)) continue;
      found.set(child.pid, child);
      queue.push(child.pid);
    }
  }
  return [...found.values()].filter((entry) => !spared.has(entry.pid));
}

function ancestorsOf(pid: number): Set<number> {
  const ancestors = new Set<number>([0, 1]);
  for (let next: number | undefined = pid; next !== undefined && next > 1; next = readEntry(next)?.parent) {
    if (ancestors.has(next)) break;
    ancestors.add(next);
  }
  return ancestors;
}

/** True when somebody was there to get it. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  // To the system, 0 means this group, 1 the first process, and -1 everybody.
  if (!Number.isInteger(pid) || Math.abs(pid) <= 1) return false;
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
