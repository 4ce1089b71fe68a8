import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ForgeEvent } from '@forge/plugin-api';
import { answer, byTurn, startModelServer } from '@forge/testkit/model-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createForge, type ForgeEnd } from './forge-process.ts';
import { planScript } from './parallel-scripts.ts';
import { sampleRepository } from './sample-repository.ts';
import { changes, pipelineScript } from './scripts.ts';

const task = 'Add the area of a triangle';

async function setUp(script = pipelineScript(changes.node)) {
  const server = await startModelServer({ script });
  onTestFinished(() => server.close());
  const repository = sampleRepository('node');
  const forge = createForge({ cwd: repository.path, modelUrl: server.url, quickTests: true });
  /** What was asked of the model since the last look. */
  let seen = 0;
  const asked = () => {
    const fresh = server.requests.slice(seen).filter(({ path }) => path.includes('messages'));
    seen = server.requests.length;
    return fresh.length;
  };
  return { server, repository, forge, asked };
}

const typesOf = ({ events }: ForgeEnd) => events.map(({ type }) => type);
const seqOf = (events: readonly ForgeEvent[], fits: (event: ForgeEvent) => boolean) => events.find(fits)?.seq ?? 0;
const branchOf = ({ events }: ForgeEnd) =>
  events.flatMap((event) => (event.type === 'run.completed' ? (event.payload.change?.branch ?? []) : []))[0] ?? '';
const startOf = ({ events }: ForgeEnd) => (events[0]?.type === 'run.started' ? events[0].payload : undefined);
const paid = (events: readonly ForgeEvent[]) =>
  events.reduce((sum, event) => sum + (event.type === 'llm.responded' ? (event.payload.costUsd ?? 0) : 0), 0);

describe('forge fork', () => {
  it('goes on from every kind of point of a completed run, pays for nothing again, and gives the same tree', async () => {
    const { repository, forge, asked, server } = await setUp();
    const source = await forge.run('run', task, '--yes', '--json');
    expect(source.code).toBe(0);
    const all = asked();
    const before = repository.fingerprint();
    const tree = repository.git('rev-parse', `${branchOf(source)}^{tree}`);
    const points = [
      'plan.created',
      'llm.requested',
      'task.merged',
      'execution.completed',
      'tests.ran',
      'deployment.stage',
      'run.completed',
    ];
    for (const type of points) {
      const at = source.events.findLast((event) => event.type === type)?.seq ?? 0;
      const prefix = source.events.slice(0, at);
      const replies = prefix.filter((event) => event.type === 'llm.responded').length;
      const fork = await forge.run('fork', source.events[0]?.traceId ?? '', '--at', String(at), '--yes', '--json');
      expect({ type, code: fork.code, stderr: fork.stderr }).toMatchObject({ type, code: 0 });
      expect({ type, asked: asked() }).toEqual({ type, asked: all - replies });
      expect(branchOf(fork)).not.toBe(branchOf(source));
      expect(repository.git('rev-parse', `${branchOf(fork)}^{tree}`)).toBe(tree);
      expect(startOf(fork)?.forkedFrom).toMatchObject({ runId: source.events[0]?.traceId, seq: at });
      expect(startOf(fork)?.forkedFrom?.costUsd).toBeGreaterThanOrEqual(paid(prefix) - 1e-9);
      const record = (await forge.run('runs', '--limit', '1', '--json')).objects[0] as { readonly costUsd: number };
      expect(record.costUsd).toBeCloseTo(paid(fork.events), 9);
      expect(record.costUsd === 0).toBe(replies === all);
      expect((await forge.run('verify', '--json')).code).toBe(0);
    }
    expect(repository.fingerprint()).toEqual(before);
    expect(server.complaints).toEqual([]);
    const shown = await forge.run('show');
    expect(shown.stdout).toContain(`fork     of ${source.events[0]?.traceId} at event`);
    expect((await forge.run('show', '--diff')).stdout).toContain('+export function triangle');
  });

  it('finds the work of tasks that were done at once and are not merged at that event, though the run is completed', async () => {
    const { repository, forge, server } = await setUp(
      planScript([
        { id: 'one', writes: { 'src/one.js': 'export const one = 1;\n' } },
        { id: 'two', writes: { 'src/two.js': 'export const two = 2;\n' } },
        { id: 'sum', after: ['one', 'two'], writes: { 'src/sum.js': "export * from './one.js';\n" } },
      ]),
    );
    const source = await forge.run('run', task, '--yes', '--json');
    const tree = repository.git('rev-parse', `${branchOf(source)}^{tree}`);
    const { seq = 0, traceId = '' } = source.events.find(({ type }) => type === 'task.merged') ?? {};
    const fork = await forge.run('fork', traceId, '--at', String(seq), '--yes', '--json');
    expect({ code: fork.code, stderr: fork.stderr }).toMatchObject({ code: 0 });
    expect(repository.git('rev-parse', `${branchOf(fork)}^{tree}`)).toBe(tree);
    expect(server.complaints).toEqual([]);
  });

  it('carries out what was only planned, with another budget', async () => {
    const { repository, forge, asked } = await setUp();
    const planned = await forge.run('run', task, '--plan-only', '--budget', '1', '--json');
    asked();
    const fork = await forge.run('fork', '--budget', '3', '--yes', '--json');
    expect(fork.code).toBe(0);
    expect(startOf(fork)?.budgetUsd).toBe(3);
    expect(typesOf(fork).filter((type) => type === 'plan.created')).toHaveLength(1);
    expect(fork.events.findIndex(({ type }) => type === 'plan.created')).toBeLessThan(planned.events.length);
    expect(repository.git('branch', '--list', branchOf(fork))).not.toBe('');
    expect((await forge.run('show', planned.events[0]?.traceId ?? '', '--json')).objects[0]).toMatchObject({
      status: 'completed',
    });
  });

  it('begins a task again that was in the middle, and keeps the answer that was given in it', async () => {
    const { repository, forge } = await setUp();
    const running = forge.start('run', task, '--yes', '--json');
    await running.event((event) => event.type === 'tool.result' && event.payload.tool === 'fs_edit');
    running.kill('SIGKILL');
    const killed = await running.ended;
    const at = seqOf(killed.events, (event) => event.type === 'tool.result' && event.payload.tool === 'fs_edit');
    const fork = await forge.run('fork', '--at', killed.events[at - 1]?.id ?? '', '--yes', '--json');
    expect({ code: fork.code, stderr: fork.stderr }).toMatchObject({ code: 0 });
    expect(repository.git('diff', '--stat', 'main', branchOf(fork))).toContain('2 files changed');
    // The one that it was forked from still waits to be gone on with.
    const resumed = await forge.run('resume', killed.events[0]?.traceId ?? '', '--yes', '--json');
    expect(resumed.code).toBe(0);
  });

  it('says up to where when the commits are gone, and what is wrong with an event', async () => {
    const rejecting = pipelineScript(changes.node, { reviewer: byTurn([answer({ approved: false, findings: [] })]) });
    const { repository, forge } = await setUp(rejecting);
    const failed = await forge.run('run', task, '--yes', '--json');
    expect(failed.code).toBe(1);
    const runId = failed.events[0]?.traceId ?? '';
    rmSync(join(repository.path, '.forge/runs', runId), { recursive: true });
    const lost = await forge.run('fork', runId, '--yes', '--json');
    expect(lost.code).toBe(7);
    const error = lost.objects.find(({ type }) => type === 'error') as { code: string; fix: string };
    expect(error.code).toBe('WORKSPACE_LOST');
    const last = / --at (\d+)/.exec(error.fix)?.[1] ?? '';
    const before = await forge.run('fork', runId, '--at', last, '--yes', '--json');
    // It comes to the same end, by itself.
    expect(before.code).toBe(1);
    expect(typesOf(before).filter((type) => type === 'task.merged')).toHaveLength(2);
    expect((await forge.run('runs', '--json')).objects.filter(({ type }) => type === 'run')).toHaveLength(2);
    for (const at of ['9999', '0', 'nothing']) {
      const end = await forge.run('fork', runId, '--at', at, '--json');
      expect({ at, code: end.code }).toEqual({ at, code: 2 });
    }
  });
});
