import type { Json } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { Journal } from '../../src/execution/journal.ts';
import type { JournalEntry } from '../../src/run/run-state.ts';
import { manualClock } from '../manual-clock.ts';

/** Steps that were answered in this order, each with its own name as the result. */
function journalOf(answered: readonly (readonly [ordinal: number, name: string])[]) {
  const entries = answered.map(([ordinal, name], at): [number, JournalEntry] => [
    ordinal,
    { kind: 'step', hash: name, result: name, answeredAt: at + 10 },
  ]);
  const clock = manualClock();
  const journal = new Journal('a/1', { journal: Object.fromEntries(entries) } as never, clock);
  const live: string[] = [];
  /** What `ctx.step` does. */
  async function step(name: string): Promise<Json> {
    const ordinal = journal.nextOrdinal();
    const known = journal.find(ordinal, 'step', name);
    if (known === undefined) live.push(`${ordinal} ${name}`);
    await journal.turnOf(ordinal);
    return known?.result ?? name;
  }
  return { journal, clock, step, live };
}

type Step = (name: string) => Promise<Json>;

/** Two strands at once; which of them comes first depends on the answers alone. */
async function twoStrands(step: Step): Promise<void> {
  const strand = async (name: string, own: number) => {
    await step(`${name}1`);
    for (let turn = 0; turn < own; turn += 1) await Promise.resolve();
    await step(`${name}2`);
    await step(`${name}3`);
  };
  await Promise.all([strand('a', 9), strand('b', 0)]);
}

describe('calls that an agent makes in parallel', () => {
  const ORDERS: readonly { name: string; answered: readonly (readonly [number, string])[]; live: readonly string[] }[] =
    [
      {
        name: 'the first strand was quicker',
        answered: [
          [1, 'a1'],
          [3, 'a2'],
          [4, 'a3'],
          [2, 'b1'],
          [5, 'b2'],
        ],
        live: ['6 b3'],
      },
      {
        name: 'the second strand was quicker',
        answered: [
          [2, 'b1'],
          [3, 'b2'],
          [4, 'b3'],
          [1, 'a1'],
          [5, 'a2'],
        ],
        live: ['6 a3'],
      },
      {
        name: 'they took turns',
        answered: [
          [2, 'b1'],
          [1, 'a1'],
          [4, 'a2'],
          [3, 'b2'],
          [5, 'a3'],
        ],
        live: ['6 b3'],
      },
      {
        name: 'a call was under way',
        answered: [
          [2, 'b1'],
          [3, 'b2'],
        ],
        live: ['1 a1', '4 b3', '5 a2', '6 a3'],
      },
    ];
  it.each(ORDERS)('find their own answers again: $name', async ({ answered, live }) => {
    const { step, live: made } = journalOf(answered);
    await twoStrands(step);
    expect(made.toSorted()).toEqual(live);
  });

  it('get their answers one after the other, though all are asked for at once', async () => {
    const { step } = journalOf([
      [3, 'c'],
      [1, 'a'],
      [2, 'b'],
    ]);
    const given: Json[] = [];
    await Promise.all(['a', 'b', 'c'].map(async (name) => given.push(await step(name))));
    expect(given).toEqual(['c', 'a', 'b']);
  });
});

describe('an agent that does something else than its journal says', () => {
  const OTHERS: readonly { name: string; agent: (step: Step) => Promise<unknown>; recorded: string; now: string }[] = [
    { name: 'another call', agent: (step) => step('x'), recorded: 'step a', now: 'step x' },
    {
      name: 'a call less, of those in parallel',
      agent: (step) => step('a'),
      recorded: 'step b',
      now: 'nothing',
    },
  ];
  it.each(OTHERS)('is told both, and makes no further call: $name', async ({ agent, recorded, now }) => {
    const { step, clock, journal, live } = journalOf([
      [2, 'b'],
      [1, 'a'],
    ]);
    const ended = agent(step).catch((error: unknown) => error);
    await clock.advance(10_000);
    expect(await ended).toMatchObject({
      code: 'JOURNAL_MISMATCH',
      details: { why: expect.stringContaining(`recorded: ${recorded}; now: ${now}.`) },
    });
    // An agent that goes on as if nothing had happened.
    await expect(step('y')).rejects.toMatchObject({ code: 'JOURNAL_MISMATCH' });
    expect(() => journal.throwIfEnded()).toThrow(expect.objectContaining({ code: 'JOURNAL_MISMATCH' }));
    expect(live).toEqual([]);
  });
});
