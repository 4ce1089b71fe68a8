import type { CrashPoint } from '@forge/engine';
import { describe, expect, it } from 'vitest';
import { conversationOf } from './conversation.ts';
import { type ChaosWorld, createChaosWorld } from './chaos-world.ts';
import { freezeRun, type KeptMoment } from './freeze-run.ts';
import { promised } from './promises.ts';
import { task } from './scenario.ts';
import { count, eventsBefore, faultsOfEnd, faultsOfLog, type Undisturbed } from './resume-check.ts';
import { commandFor, isFull, isWanted, seeds } from './size.ts';

/** Of the points that a run passes often, these passes are tried by default; the boundaries of events are tried all. */
const fewPasses = 2;
const wantsPoint = (point: CrashPoint, pass: number) =>
  point === 'event.stored' || isFull || (point !== 'event.appending' && pass <= fewPasses);

interface Tried {
  readonly moment: KeptMoment;
  readonly known: number;
  readonly faults: readonly string[];
}

/** Continues the run that lies there in a new process, and looks at what came of it. */
async function goOn(world: ChaosWorld, undisturbed: Undisturbed): Promise<Omit<Tried, 'moment'>> {
  const from = world.server.requests.length;
  const known = world.events().length;
  if (known === 0) return { known, faults: await startAgain(world, undisturbed) };
  const { code, stderr } = await world.forge.run('resume', undisturbed.events[0]?.traceId ?? '', '--yes', '--json');
  const calls = world.server.requests.slice(from).map(conversationOf);
  // After the end there is nothing to go on with.
  const isOver = count(eventsBefore(world.events()), 'run.completed') === 1;
  const wanted = isOver ? 2 : 0;
  const faults = [...(await faultsOfEnd(world, undisturbed.tree)), ...faultsOfLog(world.events(), undisturbed, calls)];
  return { known, faults: code === wanted ? faults : [`exit code ${code}: ${stderr}`, ...faults] };
}

/** Before the first event nobody knows what was wanted: the run says so, is discarded, and a new one begins. */
async function startAgain(world: ChaosWorld, undisturbed: Undisturbed): Promise<readonly string[]> {
  const run = undisturbed.events[0]?.traceId ?? '';
  const resumed = await world.forge.run('resume', run, '--yes', '--json');
  const discarded = await world.forge.run('discard', run, '--json');
  const left = world.leftFolders();
  const again = await world.forge.run('run', task, '--yes', '--json');
  const found = { resumed: resumed.code, discarded: discarded.code, left, again: again.code, tree: world.tree() };
  const wanted = { resumed: 7, discarded: 0, left: [], again: 0, tree: undisturbed.tree };
  return JSON.stringify(found) === JSON.stringify(wanted) ? [] : [JSON.stringify(found)];
}

/** Two worlds with one seed share the moments: a world can be brought back to one moment at a time. */
async function tryHalf(seed: number, half: number): Promise<readonly Tried[]> {
  const world = await createChaosWorld(seed);
  // By the pass, which is the same in both: tasks that run at once make their moments in any order.
  const moments = await freezeRun(
    world,
    (point, pass) => wantsPoint(point, pass) && isWanted(`${point}-${pass}`) && pass % 2 === half,
  );
  const undisturbed: Undisturbed = {
    events: world.events(),
    tree: world.tree(),
    calls: world.server.requests.length,
  };
  expect(count(undisturbed.events, 'run.completed')).toBe(1);
  const tried: Tried[] = [];
  for (const moment of moments) {
    world.bringBack(moment.name);
    tried.push({ moment, ...(await goOn(world, undisturbed)) });
  }
  expect(world.server.complaints).toEqual([]);
  return tried;
}

describe('kill -9 at each event boundary and crash point, continued in a new process', () => {
  it.each(seeds(1, 5))('seed %i: nothing is lost, repeated or doubled', { timeout: 3_600_000 }, async (seed) => {
    const halves = await Promise.all([tryHalf(seed, 0), tryHalf(seed, 1)]);
    const faulty = halves.flat().filter(({ faults }) => faults.length > 0);
    expect(
      faulty.map(({ moment, faults }) => `${commandFor('kill-points', seed, moment.name)}\n${faults.join('\n')}`),
    ).toEqual([]);
    for (const half of halves) {
      // What was durable at one moment is durable at the next.
      const known = half.map((tried) => tried.known);
      expect(known).toEqual(known.toSorted((left, right) => left - right));
    }
    const points = halves.flat().map(({ moment }) => moment.point);
    if (process.env['CHAOS_AT'] === undefined) {
      expect(points.filter((point) => point === 'event.stored').length).toBeGreaterThanOrEqual(promised.boundaries);
      expect(new Set(points).size).toBeGreaterThanOrEqual(promised.crashPoints);
    }
  });
});
