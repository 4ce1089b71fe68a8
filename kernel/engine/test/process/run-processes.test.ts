import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEntry } from '../../src/process/process-table.ts';
import { createRunProcesses } from '../../src/process/run-processes.ts';
import { type CommandFixture, commandFixture } from './command-fixture.ts';

let fixture: CommandFixture;
beforeEach(() => {
  fixture = commandFixture();
});
afterEach(() => fixture.remove());

/** The processes of one run as one of its owners sees them. */
function ownedBy(ownerId: string) {
  const directory = join(fixture.directory, ownerId);
  mkdirSync(directory);
  return createRunProcesses({
    runId: fixture.marker,
    directory,
    hidden: [],
    readable: [],
    env: { PATH: '/usr/bin:/bin', API_KEY: 'of the person' },
    clock: { now: () => performance.now() },
    ownerId,
  });
}

/** Leaves an endless process behind, and gives its pid. */
async function leaveBehind(processes: Awaited<ReturnType<typeof createRunProcesses>>, execution: string) {
  const { output } = await processes.runner.run({
    file: '/bin/sh',
    args: [
      '-c',
      `setsid ${fixture.sleeper} >/dev/null 2>&1 & until grep -q ^sleep /proc/$!/cmdline; do :; done; echo $!`,
    ],
    cwd: fixture.directory,
    env: { PATH: '/usr/bin:/bin' },
    marker: `${fixture.marker}/${execution}`,
    output: { headBytes: 100, tailBytes: 100 },
  });
  return Number(output.text);
}

const isAlive = (pid: number) => readEntry(pid) !== undefined;

describe('private places of a run', () => {
  it('are empty whenever the engine asks for one, and are none of the agents’', async () => {
    const processes = await ownedBy('first');
    const agents = await processes.privatePlace();
    for (let round = 1; round <= 2; round += 1) {
      const own = await processes.freshPlace('test-base');
      expect(Object.values(own).map((path) => readdirSync(path))).toEqual([[], []]);
      expect(Object.values(own).filter((path) => Object.values(agents).includes(path))).toEqual([]);
      writeFileSync(join(own.home, '.npmrc'), 'script-shell=./liar');
      mkdirSync(join(own.temporary, 'read-only'), { mode: 0o500 });
    }
    await processes.close();
  });
});

describe('the place of a worker', () => {
  it('is its own, and its environment holds the run’s mark and no secret', async () => {
    const processes = await ownedBy('first');
    const [one, other] = [
      await processes.workerPlace(`${fixture.marker}/planning/1`),
      await processes.workerPlace(`${fixture.marker}/planning/1`),
    ];
    expect(one.cwd).not.toBe(other.cwd);
    const agents = await processes.privatePlace();
    expect([one.cwd, one.env['HOME'], one.env['TMPDIR']].filter((path) => path?.startsWith(agents.home))).toEqual([]);
    expect(one.env).toMatchObject({ PATH: '/usr/bin:/bin', HOME: one.cwd });
    expect(Object.keys(one.env)).not.toContain('API_KEY');
    expect(one.env['FORGE_PROCESS']).toBe(`${fixture.marker}/planning/1@first#worker`);
    await processes.close();
  });
});

describe('processes of a run', () => {
  it('of an owner that lost the run end with it, those of the next owner stay', async () => {
    const [first, second] = [await ownedBy('first'), await ownedBy('second')];
    const seconds = await leaveBehind(second, 'task');
    const task = await leaveBehind(first, 'task');
    await first.reap(`${fixture.marker}/task`);
    expect([task, seconds].map(isAlive)).toEqual([false, true]);
    const other = await leaveBehind(first, 'other');
    await first.close();
    expect([other, seconds].map(isAlive)).toEqual([false, true]);
    await second.close();
    expect(isAlive(seconds)).toBe(false);
  });

  it('end for every owner when a new one takes the run', async () => {
    const [first, second] = [await ownedBy('first'), await ownedBy('second')];
    const left = await leaveBehind(first, 'task');
    expect(isAlive(left)).toBe(true);
    await second.reapAll();
    expect(isAlive(left)).toBe(false);
    await Promise.all([first.close(), second.close()]);
  });
});
