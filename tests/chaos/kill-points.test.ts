import type { CrashPoint } from '@forge/engine';
import { expect, it } from 'vitest';
import { conversationOf } from './conversation.ts';
import { type ChaosWorld, createChaosWorld } from './chaos-world.ts';
import { freezeRun, type KeptMoment } from './freeze-run.ts';
import { promised } from './promises.ts';
import { task } from './scenario.ts';
import { count, eventsBefore, faultsOfEnd, faultsOfLog, type Undisturbed } from './resume-check.ts';
import { commandFor, isFull, onlyMoments, seeds } from './size.ts';

/** Of the points that a run passes often, these passes are tried by default, with one seed; the boundaries of events are tried all. */
const fewPasses = 2;

function wants(seed: number, point: CrashPoint, pass: number): boolean {
  if (onlyMoments !== undefined) return onlyMoments.includes(`${point}-${pass}`);
  return point === 'event.stored' || isFull || (seed === 1 && point !== 'event.appending' && pass <= fewPasses);
}

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

/** One world for each seed: it can be brought back to one moment at a time. */
async function trySeed(seed: number): Promise<readonly Tried[]> {
  const world = await createChaosWorld(seed);
  const moments = await freezeRun(world, (point, pass) => wants(seed, point, pass));
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

it('kill -9 at each event boundary and crash point, continued in a new process: nothing is lost, repeated or doubled', {
  timeout: 3_600_000,
}, async () => {
  const chosen = seeds(promised.killSeeds, 5);
  // The seeds side by side, because a run often waits for a process or for its model.
  const triedOf = await Promise.all(chosen.map(trySeed));
  const failures = triedOf.flatMap((tried, at) =>
    tried
      .filter(({ faults }) => faults.length > 0)
      .map(({ moment, faults }) => [commandFor('kill-points', chosen[at] ?? 0, moment.name), ...faults].join('\n')),
  );
  expect(failures).toEqual([]);
  for (const tried of triedOf) {
    // What was durable at one moment is durable at the next.
    const known = tried.map((each) => each.known);
    expect(known).toEqual(known.toSorted((left, right) => left - right));
    expect(tried).not.toEqual([]);
    if (onlyMoments !== undefined) continue;
    const boundaries = tried.filter(({ moment }) => moment.point === 'event.stored');
    expect(boundaries.length).toBeGreaterThanOrEqual(promised.boundaries);
  }
  const points = new Set(triedOf.flat().map(({ moment }) => moment.point));
  if (onlyMoments === undefined) expect(points.size).toBeGreaterThanOrEqual(promised.crashPoints);
});
