import { readdirSync, readFileSync } from 'node:fs';

/** Pids of the workers that a process of Forge has under way; of all of a run's when its id is given instead. */
export function workersOf(owner: number | string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z' || !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('main.worker.')) return false;
        if (typeof owner === 'number') return Number(parent) === owner;
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`FORGE_PROCESS=${owner}/`);
      } catch {
        // Gone between two looks.
        return false;
      }
    });
}

export function killWorkersOf(owner: number): number {
  return workersOf(owner).filter(kill).length;
}

/** False for one that has ended by itself since it was seen. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}
