import type { ForgeEvent, RunRecord, RunStore } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { type KnownTallies, readAutomation } from '../../src/automation/read-automation.ts';
import { completed, failed, runOf, worked } from './run-story.ts';

/** Runs by id, the greatest the newest. */
function storeOf(runs: Map<string, readonly ForgeEvent[]>) {
  const read: string[] = [];
  const store: Pick<RunStore, 'listRuns' | 'readEvents'> = {
    async listRuns({ status, limit = 50, before } = {}) {
      expect(status).toEqual(['completed', 'failed', 'discarded']);
      const ids = [...runs.keys()].sort().reverse();
      const wanted = ids.filter((id) => before === undefined || id < before).slice(0, limit);
      return wanted.map((id) => ({ id, lastHash: `${id}:${runs.get(id)?.length}` }) as RunRecord);
    },
    async readEvents(id) {
      read.push(id);
      return runs.get(id) ?? [];
    },
  };
  return { store, read };
}

const idOf = (number: number): string => String(number).padStart(4, '0');
const totalOf = ({ metrics }: Awaited<ReturnType<typeof readAutomation>>) => metrics[0]?.value;

it('the newest 500 runs that tell something count, over all pages', async () => {
  const runs = new Map(Array.from({ length: 700 }, (_, at) => [idOf(at), runOf([worked, completed])]));
  for (const number of [650, 660, 670]) runs.set(idOf(number), runOf([completed], { recorded: true }));
  const { store, read } = storeOf(runs);
  expect(totalOf(await readAutomation(store, 1))).toBe(500);
  expect(read.at(-1)).toBe(idOf(197));
});

it('what was looked at is read again only when it went on, and forgotten with its run', async () => {
  const runs = new Map([
    [idOf(1), runOf([worked, completed])],
    [idOf(2), runOf([worked, failed])],
  ]);
  const { store, read } = storeOf(runs);
  const known: KnownTallies = new Map();
  expect(totalOf(await readAutomation(store, 1, known))).toBe(2);
  runs.set(idOf(2), runOf([worked, failed, ['run.resumed'], completed]));
  const { metrics } = await readAutomation(store, 1, known);
  expect(metrics.find(({ name }) => name === 'successRate')?.value).toBe(1);
  expect(read).toEqual([idOf(2), idOf(1), idOf(2)]);
  runs.delete(idOf(1));
  await readAutomation(store, 1, known);
  expect([...known.keys()]).toEqual([idOf(2)]);
});
