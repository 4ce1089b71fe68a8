import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { CrashPoint } from '@forge/engine';
import type { ChaosWorld } from './chaos-world.ts';
import { task } from './scenario.ts';

export interface KeptMoment {
  readonly name: string;
  readonly point: CrashPoint;
}

/**
 * One run that stops at every crash point that it passes; where `wants` says so, the world is kept as a kill -9 would
 * leave it there. Resolves when the run has ended by itself, with the moments in their order.
 */
export async function freezeRun(
  world: ChaosWorld,
  wants: (point: CrashPoint, pass: number) => boolean,
): Promise<readonly KeptMoment[]> {
  const child = world.start('freeze', 'run', task, '--yes', '--json', '--trust');
  const ended = once(child, 'close');
  child.stdout?.resume();
  const stderr = child.stderr?.toArray();
  const passes = new Map<CrashPoint, number>();
  const moments: KeptMoment[] = [];
  for await (const line of createInterface({ input: child.stdio[3] as Readable })) {
    const point = line as CrashPoint;
    const pass = (passes.get(point) ?? 0) + 1;
    passes.set(point, pass);
    await frozen(child);
    if (wants(point, pass)) {
      const name = `${point}-${pass}`;
      world.keep(name);
      moments.push({ name, point });
    }
    child.kill('SIGCONT');
  }
  const [code] = (await ended) as [number];
  if (code !== 0) throw new Error(`The run to be frozen ended with ${code}: ${(await stderr)?.join('')}`);
  return moments;
}

/** What sleeps in so many looks in a row waits for words of the frozen process. */
const quietLooks = 500;

/** Every thread of it has stopped, and what it started has ended, or does nothing until the frozen process goes on. */
async function frozen({ pid = 0 }: ChildProcess): Promise<void> {
  for (let quiet = 0; quiet < quietLooks; ) {
    const stopped = threadsOf(pid).every((thread) => stateOf(`/proc/${pid}/task/${thread}/stat`) === 'T');
    const states = descendantsOf(pid).map((child) => stateOf(`/proc/${child}/stat`));
    if (stopped && states.every((state) => state === undefined || state === 'Z')) return;
    quiet = stopped && states.every((state) => state === undefined || 'ZS'.includes(state)) ? quiet + 1 : 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function threadsOf(pid: number | string): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function descendantsOf(pid: number | string): readonly string[] {
  const children = threadsOf(pid).flatMap((thread) => words(`/proc/${pid}/task/${thread}/children`));
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

function words(file: string): string[] {
  return (textOf(file) ?? '').split(' ').filter((word) => word !== '');
}

function stateOf(file: string): string | undefined {
  const stat = textOf(file);
  return stat?.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
