import { readFileSync } from 'node:fs';
import { processExists } from '@forge/core/process-exists';

export { processExists };

/** Clock ticks between the start of the system and that of the process; where there is no /proc, the same for all. */
export function processStart(pid: number): string | undefined {
  if (!processExists(pid)) return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in brackets may hold anything: fields are counted from its end.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return 'unknown';
  }
}
