import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandRequest, createCommandRunner } from '../../src/process/index.ts';

export const MiB = 1024 * 1024;

export interface CommandFixture {
  readonly directory: string;
  readonly marker: string;
  /** Stands in scripts for an endless process that is found again by `alive()`. */
  readonly sleeper: string;
  shell(script: string, changes?: Partial<CommandRequest>): ReturnType<ReturnType<typeof createCommandRunner>['run']>;
  /** Pids of sleepers, found by their arguments and not by what the code under test looks at. */
  alive(): number[];
  remove(): void;
}

export function commandFixture(): CommandFixture {
  const directory = mkdtempSync(join(tmpdir(), 'forge-process-'));
  const marker = randomUUID();
  // The whole part is how long it sleeps, the fraction makes it one of a kind.
  const seconds = `1000.${BigInt(`0x${marker.replaceAll('-', '')}`)}`;
  const runner = createCommandRunner({ clock: { now: () => performance.now() }, scratchDirectory: directory });
  return {
    directory,
    marker,
    sleeper: `sleep ${seconds}`,
    shell: (script, changes) =>
      runner.run({
        file: '/bin/sh',
        args: ['-c', script],
        cwd: directory,
        env: { PATH: '/usr/bin:/bin' },
        marker,
        killGraceMs: 200,
        output: { headBytes: 4096, tailBytes: 4096 },
        ...changes,
      }),
    alive: () => pidsOf(seconds),
    remove: () => {
      for (const pid of pidsOf(seconds)) process.kill(pid, 'SIGKILL');
      runner.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function pidsOf(argument: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        const isDead = stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
        return !isDead && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(argument);
      } catch {
        return false;
      }
    })
    .map(Number);
}
