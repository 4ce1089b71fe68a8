import Libsql from 'libsql';
import { describe, expect, test } from 'vitest';
import { fact, memoryIn, temporaryFile } from './memory-in.ts';

const day = 24 * 3_600_000;

describe('merging', () => {
  test('near duplicates of one repository and type become the strongest of them', async () => {
    const memory = memoryIn();
    await memory.store(fact('Run the tests with npm test', { confidence: 0.5, tags: ['a'] }));
    const strongest = await memory.store(fact('Tests: run them with "npm test".', { confidence: 0.9, tags: ['b'] }));
    await memory.store(fact('Running a test: npm test', { confidence: 0.6, tags: ['b', 'c'] }));
    await memory.store(fact('Run the tests with npm test', { repoId: 'there' }));
    await memory.store(fact('Run the tests with npm test', { type: 'episodic' }));
    await memory.store(fact('Deploy on Fridays'));
    memory.time.now = 5000;
    expect(await memory.consolidate()).toEqual({ merged: 2 });
    expect(await memory.get(strongest.id)).toEqual({ ...strongest, tags: ['b', 'c', 'a'] });
    const here = await memory.recall({ context: 'run the tests with npm', repoId: 'here' });
    expect(here.map(({ type }) => type).sort()).toEqual(['episodic', 'semantic']);
    expect(await memory.recall({ context: 'tests', scope: 'repo:there' })).toHaveLength(1);
    expect(await memory.consolidate()).toEqual({ merged: 0 });
  });

  test('what went is kept with its provenance until the memory is forgotten', async () => {
    const file = temporaryFile();
    const memory = memoryIn(file);
    const strong = await memory.store(fact('Use tabs', { confidence: 0.9 }));
    const weak = await memory.store(fact('use tabs!', { provenance: { runId: 'r7', eventId: 'e7', author: 'agent' } }));
    await memory.consolidate();
    const absorbed = () =>
      new Libsql(file).prepare('SELECT into_id, body FROM absorbed').all([]) as { into_id: string; body: string }[];
    expect(absorbed().map(({ into_id, body }) => [into_id, JSON.parse(body)])).toEqual([[strong.id, weak]]);
    await memory.forget(strong.id);
    expect(absorbed()).toEqual([]);
  });

  test('2,000 memories of which half are duplicates', async () => {
    const memory = memoryIn();
    const topics = Array.from(
      { length: 1000 },
      (_, index) => `topic${index} is handled by module${index} in folder${index}`,
    );
    await Promise.all(topics.flatMap((topic) => [memory.store(fact(topic)), memory.store(fact(`${topic}.`))]));
    expect(await memory.consolidate()).toEqual({ merged: 1000 });
  });
});

describe('fading', () => {
  test('what an agent stored loses half of its confidence in 180 days without an update, however often it is done', async () => {
    const memory = memoryIn();
    const agent = await memory.store(fact('agent'));
    const updated = await memory.store(fact('updated'));
    const person = await memory.store(fact('person', { provenance: { author: 'person' } }));
    const confidences = async () =>
      Promise.all([agent, updated, person].map(async ({ id }) => (await memory.get(id))?.confidence));
    for (let step = 1; step <= 180; step += 1) {
      memory.time.now = 1000 + step * day;
      if (step === 90) await memory.update(updated.id, { confidence: 0.8 });
      await memory.consolidate();
    }
    const [byAgent, byUpdate, byPerson] = await confidences();
    expect(byAgent).toBeCloseTo(0.4, 6);
    expect(byUpdate).toBeCloseTo(0.8 * Math.SQRT1_2, 6);
    expect(byPerson).toBe(0.8);
    expect((await memory.get(agent.id))?.updatedAt).toBe(1000);
  });
});
