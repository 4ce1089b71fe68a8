import { expect, test } from 'vitest';
import { failingCases, only, runCase, unknownSkips } from '../../src/contracts/index.ts';

const cases = [
  { name: 'keeps its word', run: async () => {} },
  {
    name: 'breaks its word',
    run: async () => {
      throw new Error('no');
    },
  },
  { name: 'never ends', run: () => new Promise<void>(() => {}) },
];

test('a skip that names no case is known', () => {
  expect(unknownSkips(cases)).toEqual([]);
  expect(unknownSkips(cases, { 'keeps its word': 'why', 'keeps his word': 'why' })).toEqual(['keeps his word']);
});

test('every case gets a subject of its own, which is disposed of whatever happens', async () => {
  const [created, disposed]: [number[], number[]] = [[], []];
  const create = () => {
    const number = created.push(0);
    return { dispose: () => void disposed.push(number) };
  };
  await runCase(cases[0] as (typeof cases)[0], create);
  await expect(runCase(cases[1] as (typeof cases)[0], create)).rejects.toThrow('no');
  expect(disposed).toEqual([1, 2]);
});

test('cases that reject and cases that never end are failing ones', async () => {
  expect(await failingCases(cases, () => ({}))).toEqual(['breaks its word', 'never ends']);
});

test('a case is found by its name or not at all', () => {
  expect(only(cases, 'never ends')).toEqual([cases[2]]);
  expect(() => only(cases, 'ends')).toThrow('no case "ends"');
});
