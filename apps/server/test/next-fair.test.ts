import { expect, it } from 'vitest';
import { nextFair } from '../src/runs/next-fair.ts';

/** The order in which runs begin when so many may be under way, and the one that began first always ends first. */
function order(most: number, arrived: readonly string[]): string {
  const waiting = arrived.map((repositoryId) => ({ repositoryId }));
  const turns = new Map<string, number>();
  const active: string[] = [];
  const begun: string[] = [];
  for (;;) {
    if (active.length === most) active.shift();
    const next = nextFair(waiting, active, turns);
    if (next === undefined) return begun.join('');
    waiting.splice(waiting.indexOf(next), 1);
    active.push(next.repositoryId);
    begun.push(next.repositoryId);
    turns.set(next.repositoryId, begun.length);
  }
}

it.each([
  [1, 'AAAAB', 'ABAAA'],
  [1, 'AAABBC', 'ABCABA'],
  [2, 'AAAABBBBC', 'ABCABABAB'],
  [4, 'AAAAAAB', 'ABAAAAA'],
])('with %i at once, %s begin as %s', (most, arrived, expected) => {
  expect(order(most, arrived.split(''))).toBe(expected);
});
