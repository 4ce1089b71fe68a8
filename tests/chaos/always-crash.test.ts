import { once } from 'node:events';
import type { ForgeEvent } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { type ChaosWorld, createChaosWorld } from './chaos-world.ts';
import { promised } from './promises.ts';
import { count, faultsOfEnd } from './resume-check.ts';
import { task } from './scenario.ts';
import { isFull } from './size.ts';

/** A process that lives until so many events of its own are durable. Undefined: it was ended; else its exit code. */
async function oneLife(world: ChaosWorld, events: number, command: readonly string[]): Promise<number | undefined> {
  const child = world.start(`kill event.stored ${events}`, ...command);
  child.stdout?.resume();
  child.stderr?.resume();
  child.stdio[3]?.destroy();
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return signal === 'SIGKILL' ? undefined : (code ?? -1);
}

/** How far the run has come: what was said twice, because it was cut in the middle, counts once. */
function progressOf(events: readonly ForgeEvent[]): number {
  const facts = events.map(({ type, executionId, taskId, phase, payload }) =>
    JSON.stringify([type, executionId, taskId, phase, 'ordinal' in payload ? payload.ordinal : undefined]),
  );
  return new Set(facts).size;
}

/** Nobody but a person goes on with a run whose process ended too often before a step was finished. */
function isLeftToPerson(code: number | undefined, events: readonly ForgeEvent[]): boolean {
  const last = events.at(-1);
  return code === 5 && last?.type === 'run.parked' && last.payload.reason === 'recovery-limit';
}

it('a run whose process is ended at each step forward comes to the same end', { timeout: 3_600_000 }, async () => {
  const tasks = isFull ? 3 : 1;
  const calm = await createChaosWorld(1, tasks);
  expect((await calm.forge.run('run', task, '--yes', '--json', '--trust')).code).toBe(0);
  const world = await createChaosWorld(1, tasks);
  // Each call that was cut counts with what it may have cost at most: together more than a run may cost by default.
  let code = await oneLife(world, 1, ['run', task, '--yes', '--json', '--trust', '--budget', '100']);
  const runId = world.events()[0]?.traceId ?? '';
  let [deaths, events, progress] = [0, 2, 0];
  let known = world.events();
  while (code === undefined || isLeftToPerson(code, known)) {
    if (code === undefined) deaths += 1;
    const now = progressOf(known);
    // What a process says again, before it says something new, differs: one event less after each step, one more without.
    events = now > progress ? Math.max(2, events - 1) : events + 1;
    progress = now;
    code = await oneLife(world, events, ['resume', runId, '--yes', '--json']);
    const before = known;
    known = world.events();
    expect(known.slice(0, before.length)).toEqual(before);
  }
  // Who dies right after the end has nothing to go on with, and tidies up.
  expect([0, 2]).toContain(code);
  expect(await faultsOfEnd(world, calm.tree())).toEqual([]);
  // A call that was under way at a death is made again; each reply is in the log once.
  expect(count(world.events(), 'llm.responded')).toBe(calm.server.requests.length);
  expect(world.server.requests.length).toBeLessThanOrEqual(calm.server.requests.length + deaths);
  expect(deaths).toBeGreaterThanOrEqual(promised.restarts);
});
