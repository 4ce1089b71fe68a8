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
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The state stands behind the name, which is in brackets and may hold some itself.
    return !/^\) [ZX]/.test(stat.slice(stat.lastIndexOf(')')));
  } catch {
    // No /proc, or it is hidden from us.
    return true;
  }
}
