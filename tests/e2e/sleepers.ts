import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';

export interface Sleepers {
  /** Stands in scripts for an endless process that is found again by its arguments. */
  readonly command: string;
  alive(): number[];
}

/** A kind of endless process of this test's own; what is left of it is killed when the test ends. */
export function sleepers(): Sleepers {
  // The whole part is how long it sleeps, the fraction makes it one of a kind.
  const seconds = `1000.${randomInt(2 ** 47)}`;
  const alive = () => pidsOf(seconds);
  onTestFinished(() => {
    for (const pid of alive()) process.kill(pid, 'SIGKILL');
  });
  return { command: `sleep ${seconds}`, alive };
}

function pidsOf(argument: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        const isDead = stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
        const [file, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return !isDead && file?.endsWith('sleep') === true && args.includes(argument);
      } catch {
        return false;
      }
    })
    .map(Number);
}
