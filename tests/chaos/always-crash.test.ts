import { expect, it } from 'vitest';
import { throughRestarts } from '../e2e/restarting.ts';
import { createChaosWorld } from './chaos-world.ts';
import { promised } from './promises.ts';
import { count, faultsOfEnd } from './resume-check.ts';
import { task } from './scenario.ts';
import { isFull } from './size.ts';

it('a run whose process is ended at each step forward comes to the same end', { timeout: 3_600_000 }, async () => {
  const tasks = isFull ? 3 : 1;
  const calm = await createChaosWorld(1, tasks);
  expect((await calm.forge.run('run', task, '--yes', '--json', '--trust')).code).toBe(0);
  const world = await createChaosWorld(1, tasks);
  const { code, deaths } = await throughRestarts(world.command('run', task, '--yes', '--json', '--trust'));
  expect(code).toBe(0);
  expect(await faultsOfEnd(world, calm.tree())).toEqual([]);
  // A call that was under way at a death is made again; each reply is in the log once.
  expect(count(world.events(), 'llm.responded')).toBe(calm.server.requests.length);
  expect(world.server.requests.length).toBeLessThanOrEqual(calm.server.requests.length + deaths);
  expect(deaths).toBeGreaterThanOrEqual(promised.restarts);
});
