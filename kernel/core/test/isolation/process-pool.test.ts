import { forgeError } from '@forge/plugin-api';
import type { ServedPlugin } from '@forge/worker-protocol';
import { describe, expect, it } from 'vitest';
import type { PluginProcess } from '../../src/isolation/plugin-process.ts';
import { createProcessPool, type ProcessPoolOptions } from '../../src/isolation/process-pool.ts';

interface FakeProcess extends PluginProcess {
  readonly workspace: string | undefined;
  /** It ends by itself. */
  die(): void;
}

const workerLost = () => forgeError('WORKER_LOST', 'The line was lost');

function scene(options: Partial<ProcessPoolOptions> = {}) {
  const processes: FakeProcess[] = [];
  const finished: ServedPlugin[] = [];
  const pool = createProcessPool({
    plugin: 'somebodys',
    async start(workspace) {
      const gone = Promise.withResolvers<{ why: string; lastWords: string }>();
      let isGone = false;
      const die = () => {
        isGone = true;
        gone.resolve({ why: 'it ended', lastWords: '' });
      };
      const end = async () => {
        die();
        await gone.promise;
      };
      const process = { workspace, served: {} as ServedPlugin, isGone: () => isGone, gone: gone.promise, die, end };
      processes.push(process);
      return process;
    },
    begin: async () => [],
    finish: async (served) => void finished.push(served),
    ...options,
  });
  const run = <T>(workspace: string | undefined, work: () => Promise<T>) => pool.run(workspace, 'PLUGIN_LOST', work);
  const loseIn = (workspace: string | undefined) =>
    run(workspace, async () => {
      processes.findLast((each) => each.workspace === workspace)?.die();
      throw workerLost();
    });
  return { pool, processes, finished, run, loseIn };
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'fine',
    ({ code }: { code: string }) => code,
  );

describe('a process that is lost', () => {
  it('is lost once, however many calls it had: the next one starts another', async () => {
    const { processes, run } = scene();
    const held = Promise.withResolvers<never>();
    const calls = [1, 2, 3, 4].map(() => run('/workspace', () => held.promise));
    await Promise.resolve();
    processes[0]?.die();
    held.reject(workerLost());
    expect(await Promise.all(calls.map(codeOf))).toEqual(Array.from({ length: 4 }, () => 'PLUGIN_LOST'));
    expect(await run('/workspace', async () => 'fine')).toBe('fine');
    expect(processes).toHaveLength(2);
  });

  it('is lost once with all others that end at the same time', async () => {
    const { run, processes } = scene();
    const held = Promise.withResolvers<never>();
    const calls = ['/a', '/b', '/c', '/d'].map((workspace) => run(workspace, () => held.promise));
    await Promise.resolve();
    for (const process of processes) process.die();
    held.reject(workerLost());
    await Promise.allSettled(calls);
    expect(await run('/a', async () => 'fine')).toBe('fine');
  });

  it('three times in a row is not started again', async () => {
    const { processes, loseIn, run } = scene();
    for (let loss = 1; loss <= 3; loss += 1) expect(await codeOf(loseIn('/workspace'))).toBe('PLUGIN_LOST');
    await expect(run('/workspace', async () => 'fine')).rejects.toThrow('3 times in a row');
    expect(processes).toHaveLength(3);
  });

  it('takes no process along that was started in its place', async () => {
    const ends = Promise.withResolvers<void>();
    let started = 0;
    const { pool, processes, run, finished } = scene({
      begin: async () => {
        started += 1;
        if (started > 1) return [];
        // The first one fails only after it is gone and another one is asked for.
        await ends.promise;
        throw workerLost();
      },
    });
    const first = codeOf(run('/workspace', async () => 'fine'));
    processes[0]?.die();
    await processes[0]?.gone;
    await Promise.resolve();
    await run('/workspace', async () => 'fine');
    ends.resolve();
    expect(await first).toBe('PLUGIN_LOST');
    await run('/workspace', async () => 'fine');
    expect(processes).toHaveLength(2);
    await pool.stop();
    expect(finished).toHaveLength(1);
  });
});

describe('more workspaces than there may be processes', () => {
  const workspaces = Array.from({ length: 12 }, (_, index) => `/workspaces/${index}`);

  it('ends none that a call has or waits for', async () => {
    const { processes, run } = scene();
    const calls = workspaces.map((workspace) =>
      run(workspace, async () => processes.find((each) => each.workspace === workspace)?.isGone()),
    );
    expect(await Promise.all(calls)).toEqual(workspaces.map(() => false));
  });

  it('ends those that nobody needs, and lets them stop first', async () => {
    const { pool, processes, run, finished } = scene();
    for (const workspace of workspaces) await run(workspace, async () => 'fine');
    await Promise.resolve();
    expect(processes.filter((process) => process.isGone()).map(({ workspace }) => workspace)).toEqual(
      workspaces.slice(0, 4),
    );
    expect(finished).toEqual(processes.slice(0, 4).map(({ served }) => served));
    await pool.stop();
    expect(processes.every((process) => process.isGone())).toBe(true);
  });
});

it('starts nothing any more once it was stopped', async () => {
  const { pool, processes, run } = scene();
  await pool.stop();
  expect(await codeOf(run('/workspace', async () => 'fine'))).toBe('STOPPED');
  expect(processes).toHaveLength(0);
});
