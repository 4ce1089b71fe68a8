import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createIds, systemRandom } from '../../src/world/randomness.ts';
import { systemClock } from '../../src/world/system-clock.ts';
import { isAlive, thisProcess } from '../../src/world/this-process.ts';

describe('isAlive', () => {
  let made = 0;
  const self = thisProcess(() => `start-${++made}`);
  const gone = spawnSync(process.execPath, ['-e', '']).pid;

  it.each([
    ['itself', self, true],
    ['an earlier start with the same pid', { ...self, id: 'earlier' }, false],
    ['a living process', { ...self, id: 'parent', pid: process.ppid }, true],
    ['a process that ended', { ...self, id: 'gone', pid: gone }, false],
    ['a process of another machine', { ...self, host: 'elsewhere', pid: gone }, true],
  ])('of %s', (_name, owner, expected) => {
    expect(isAlive(owner, self)).toBe(expected);
  });

  it.skipIf(process.platform !== 'linux')(
    'of a process that was killed and that its parent has not collected',
    async () => {
      // The shell becomes a program that does not know of the child.
      const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      onTestFinished(() => void parent.kill());
      const [line] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string];
      const owner = { ...self, id: 'uncollected', pid: Number(line) };
      expect(isAlive(owner, self)).toBe(true);
      process.kill(owner.pid, 'SIGKILL');
      await vi.waitFor(() => expect(isAlive(owner, self)).toBe(false), 60_000);
      // It is there all the same.
      expect(process.kill(owner.pid, 0)).toBe(true);
    },
  );
});

describe('createIds', () => {
  it('sorts in the order of making, also within a millisecond', () => {
    const newId = createIds({ ...systemClock, now: () => 1_700_000_000_000 }, systemRandom);
    const ids = Array.from({ length: 200 }, newId);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(ids[0]).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  });
});

describe('systemRandom', () => {
  it('stays from 0 to below 1', () => {
    const values = Array.from({ length: 1000 }, systemRandom);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(new Set(values).size).toBe(1000);
  });
});
