import { readdirSync, readFileSync } from 'node:fs';

/** The environment variable that marks every process Forge starts, and what those start. */
export const PROCESS_MARKER = 'FORGE_PROCESS';

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** In clock ticks since boot: with the pid it names a process for good, pids alone are used again. */
  readonly startTime: number;
  /** Value of FORGE_PROCESS when the process was started; undefined when it has none or may not be looked at. */
  readonly marker: string | undefined;
}

const MARKER_PREFIX = Buffer.from(`${PROCESS_MARKER}=`);
const ENTRIES_PER_TURN = 64;

/**
 * Living processes as /proc shows them (dead ones that nobody has collected are left out). Empty where there is no
 * /proc. Gives way to the event loop every 64 entries: this is for ends and failures, not for every command.
 */
export async function listProcesses(): Promise<ProcessEntry[]> {
  const entries: ProcessEntry[] = [];
  let seen = 0;
  for (const name of directoryNames('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    if (++seen % ENTRIES_PER_TURN === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    const entry = readEntry(pid);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/** The process as it is now; undefined when it is gone, dead, or hidden. */
export function readEntry(pid: number): ProcessEntry | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`)?.toString('latin1');
  if (stat === undefined) return undefined;
  // The name in brackets may hold anything, brackets and blanks too: fields are counted from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group, session] = fields;
  if (state === 'Z' || state === 'X') return undefined;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTime: Number(fields[19]),
    marker: markerOf(pid),
  };
}

function markerOf(pid: number): string | undefined {
  const environment = readIfThere(`/proc/${pid}/environ`);
  if (environment === undefined) return undefined;
  let at = environment.indexOf(MARKER_PREFIX);
  while (at > 0 && environment[at - 1] !== 0) at = environment.indexOf(MARKER_PREFIX, at + 1);
  if (at < 0) return undefined;
  const end = environment.indexOf(0, at);
  return environment.toString('utf8', at + MARKER_PREFIX.length, end < 0 ? environment.length : end);
}

function directoryNames(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    // Gone between two looks, or another user's.
    return undefined;
  }
}
