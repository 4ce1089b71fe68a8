import { describe, expect, it } from 'vitest';
import { promised } from './promises.ts';
import { type PlantedBug, plantedBugs } from './simulation/planted-bugs.ts';
import { simulate } from './simulation/simulate.ts';
import { commandFor, isFull, seeds } from './size.ts';

/** As many failing seeds are told, not all. */
const mostFailures = 5;
/** Within so many seeds a planted bug is found. */
const mostSeeds = 300;

/** Beyond the usual ones; they have found something once. */
const tellingSeeds = [3710, 4395, 8969, 11_163, 14_043, 17_264];

describe('the simulator', () => {
  const chosen = seeds(promised.seeds, 20 * promised.seeds);

  it.each(tellingSeeds)('finds no broken promise in seed %i', async (seed) => {
    expect((await simulate(seed)).broken).toEqual([]);
  });

  it(`finds no broken promise in ${chosen.length} seeds`, { timeout: isFull ? 3_600_000 : 600_000 }, async () => {
    const failures: string[] = [];
    const told = new Set<string>();
    for (const seed of chosen) {
      if (failures.length === mostFailures) break;
      const { broken, told: answers } = await simulate(seed);
      for (const answer of answers) told.add(answer);
      if (broken.length > 0) failures.push([commandFor('simulation', seed), ...broken].join('\n'));
    }
    expect(failures).toEqual([]);
    // Calls that are never repeated on a guess came up, and both answers to them.
    if (chosen.length > 1) expect([...told].sort()).toEqual(['done', 'not-done']);
  });

  it('does the same with the same seed', async () => {
    for (const seed of [3, 33, 333]) expect(await simulate(seed)).toEqual(await simulate(seed));
  });

  it.each(Object.entries(plantedBugs) as [PlantedBug, string][])(
    'finds a planted bug: %s, %s',
    { timeout: 60_000 },
    async (bug) => {
      const found: string[] = [];
      for (let seed = 1; found.length === 0 && seed <= mostSeeds; seed += 1)
        found.push(...(await simulate(seed, { bug })).broken);
      expect(found).not.toEqual([]);
    },
  );
});
