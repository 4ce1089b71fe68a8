/* oxlint-disable no-restricted-globals -- the adapter that asks the system for processes */
import { readFileSync } from 'node:fs';

/** Does it live? Also true of another person's. A dead one that nobody has collected, as in many containers, does not. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return !['Z', 'X'].includes(statOf(pid)?.[0] ?? '');
}

/** Clock ticks between the start of the system and that of the process; where there is no /proc, the same for all. */
export function processStart(pid: number): string | undefined {
  return processExists(pid) ? (statOf(pid)?.[19] ?? 'unknown') : undefined;
}

/** What /proc says of it, from its state on; undefined where there is none, or it is hidden from us. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in brackets may hold anything: fields are counted from its end.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
