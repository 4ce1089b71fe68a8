import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ledgerOf, totalOf, type ConfigLayer } from '@forge/plugin-api';
import {
  answer,
  byTurn,
  callTool,
  overloaded,
  rateLimited,
  spendLimit,
  startModelServer,
  type Script,
} from '@forge/testkit/model-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { kernelInProcess } from './kernel-in-process.ts';
import { sampleRepository, temporaryFolder } from './sample-repository.ts';
import { changes, done, pipelineScript, plan } from './scripts.ts';

const task = 'Add the area of a triangle';
const change = changes.node;
const first = 'claude-opus-5-5';
const second = 'claude-haiku-4-5';
// The tests of the project say nothing about money, and take a second.
const phases: ConfigLayer['phases'] = ['planning', 'implementation', 'review', 'deployment'];

async function world(script: Script, flags: ConfigLayer = {}) {
  const server = await startModelServer({ script });
  onTestFinished(() => server.close());
  const repository = sampleRepository('node');
  const open = (more: ConfigLayer = {}) =>
    kernelInProcess({ cwd: repository.path, modelUrl: server.url, flags: { phases, ...flags, ...more } });
  return { server, repository, open };
}

describe('the ledger', () => {
  it('of tasks at once adds up to what the provider itself has counted', async () => {
    const names = ['one', 'two', 'three', 'four'];
    const tasks = names.map((id) => ({ ...plan.tasks[0], id, title: id, goal: `Write ${id}.txt` }));
    const work = Object.fromEntries(
      names.map((id) => [id, byTurn([callTool('fs_write', { path: `${id}.txt`, content: id }), done(`write ${id}`)])]),
    );
    const { server, open } = await world(
      pipelineScript(change, { planner: byTurn([answer({ ...plan, tasks })]), implementer: work }),
      { concurrency: 4 },
    );
    const { code, events } = await (await open()).run(task);
    expect(code).toBe(0);
    const total = totalOf(ledgerOf(events));
    const counted = (kind: 'input' | 'output' | 'cacheRead' | 'cacheWrite') =>
      server.counted.reduce((sum, usage) => sum + usage[kind], 0);
    expect(total).toMatchObject({
      calls: server.requests.length,
      usage: {
        inputTokens: counted('input'),
        outputTokens: counted('output'),
        cacheReadTokens: counted('cacheRead'),
        cacheWriteTokens: counted('cacheWrite'),
      },
    });
    expect(total.calls).toBe(10);
    expect(total.costUsd).toBeGreaterThan(0);
  });
});

describe('a budget that is used up', () => {
  it('parks the run with its work, and a higher one goes on from there', async () => {
    const { server, open } = await world(pipelineScript(change), { safety: { maxRunIterations: 3 } });
    const kernel = await open();
    const parked = await kernel.run(task);
    expect({ code: parked.code, error: parked.error, status: parked.status }).toEqual({
      code: 5,
      error: 'BREAKER_ITERATIONS',
      status: 'parked',
    });
    expect(server.requests).toHaveLength(3);
    const { traceId: runId } = parked.events[0] ?? { traceId: '' };
    await kernel.forge.close();

    const resumed = await (await open({ safety: { maxRunIterations: 100 } })).resume(runId);
    expect(resumed.code).toBe(0);
    expect(new Set(server.requests.map(({ raw }) => raw)).size).toBe(server.requests.length);
  });

  it('is kept by a run that is resumed without a word about it', async () => {
    const { open } = await world(pipelineScript(change), { safety: { maxRunIterations: 1 } });
    const kernel = await open({ safety: { maxRunIterations: 1, budgetUsd: 7 } });
    const { traceId: runId } = (await kernel.run(task)).events[0] ?? { traceId: '' };
    await kernel.forge.close();
    const { events } = await (await open({ safety: { maxRunIterations: 100 } })).resume(runId);
    expect(events.find((event) => event.type === 'run.resumed')?.payload.budgetUsd).toBe(7);
  });
});

it('the time of a run cuts its tests, too; with more time they are run again', async () => {
  const server = await startModelServer({ script: pipelineScript(change) });
  onTestFinished(() => server.close());
  const repository = sampleRepository('node');
  const begun = join(temporaryFolder(), 'begun');
  // Never ends by itself, the first time that it is run.
  const command = ['sh', '-c', `test -e ${begun} || { touch ${begun}; exec sleep 100000; }`];
  let isCut = false;
  const open = (maxRunMinutes: number) =>
    kernelInProcess({
      cwd: repository.path,
      modelUrl: server.url,
      flags: { testing: { command, timeoutMinutes: 10_000 }, safety: { maxRunMinutes }, sandbox: { use: 'process' } },
      isWaiting: () => existsSync(begun) && !isCut,
    });
  const kernel = await open(2);
  const cut = await kernel.run(task);
  isCut = true;
  expect({ error: cut.error, status: cut.status }).toEqual({ error: 'BREAKER_TIME', status: 'parked' });
  expect(cut.events.filter(({ type }) => type === 'tests.ran')).toEqual([]);
  await kernel.forge.close();
  const resumed = await (await open(10_000)).resume(cut.events[0]?.traceId ?? '');
  expect(resumed.error).toBeUndefined();
  expect(resumed.events.filter(({ type }) => type === 'tests.ran').length).toBeGreaterThan(0);
});

describe('a chain of models', () => {
  const chain: ConfigLayer = { llm: { model: first, fallback: [`anthropic:${second}`] } };
  const unless = (refused: string, fault: ReturnType<typeof overloaded>): Script => {
    const script = pipelineScript(change);
    return (request, index) => (request.model === refused ? fault : script(request, index));
  };

  it('goes on with the next model, and after some failures leaves the first alone', async () => {
    const { server, open } = await world(unless(first, overloaded()), chain);
    const { code, events } = await (await open()).run(task);
    expect(code).toBe(0);
    expect(new Set(ledgerOf(events).map(({ model }) => model))).toEqual(new Set([second]));
    // Asked by the first call alone, until its circuit opens; and by a trial where that much time goes by.
    expect(events.filter(({ type }) => type === 'circuit.opened').length).toBeGreaterThan(0);
    expect(server.requests.filter(({ model }) => model === first)).toHaveLength(5);
    expect(events.filter(({ type }) => type === 'llm.fallback')).toHaveLength(7);
  });

  it('does not try a spend limit again, and resumes with another chain', async () => {
    const { server, open } = await world(unless(first, spendLimit()));
    const kernel = await open({ llm: { model: first } });
    const failed = await kernel.run(task);
    expect({ error: failed.error, requests: server.requests.length }).toEqual({
      error: 'LLM_SPEND_LIMIT',
      requests: 1,
    });
    await kernel.forge.close();
    const resumed = await (await open(chain)).resume(failed.events[0]?.traceId ?? '');
    expect(resumed.code).toBe(0);
    expect(new Set(ledgerOf(resumed.events).map(({ model }) => model))).toEqual(new Set([second]));
  });

  it('waits for the model that can be used again when no other answers', async () => {
    const { open } = await world(
      (request) => (request.model === first ? rateLimited({ 'retry-after': '7200' }) : spendLimit()),
      chain,
    );
    const kernel = await open();
    const end = await kernel.run(task);
    expect({ error: end.error, status: end.status }).toEqual({ error: 'WAITING_FOR_QUOTA', status: 'parked' });
    const parked = end.events.findLast((event) => event.type === 'run.parked')?.payload;
    expect((parked?.wakeAt ?? 0) - kernel.clock.now()).toBeGreaterThanOrEqual(7_200_000);
    expect(ledgerOf(end.events)).toEqual([]);
  });
});

describe('a quota that comes back', () => {
  const script = pipelineScript(change);
  const withQuota = (refusals: number, after: string): Script => {
    let refused = 0;
    return (request, index) =>
      refused++ < refusals ? rateLimited({ 'retry-after-ms': after }) : script(request, index);
  };

  it('is waited for by the command, which then goes on by itself', async () => {
    const { server, repository } = await world(withQuota(6, '1'));
    const forge = createForge({ cwd: repository.path, modelUrl: server.url });
    const end = await forge.run('run', task, '--yes', '--json');
    expect(end.code).toBe(0);
    const types = end.events.map(({ type }) => type);
    expect(types.indexOf('run.resumed')).toBe(types.indexOf('run.parked') + 1);
  });

  it('is not waited for with --no-wait: exit code 5, and how to go on', async () => {
    const { server, repository } = await world(withQuota(1, '7200000'));
    const forge = createForge({ cwd: repository.path, modelUrl: server.url });
    const end = await forge.run('run', task, '--yes', '--no-wait', '--no-input');
    expect(end.code).toBe(5);
    expect(end.stderr).toMatch(/forge resume \S+, from \d{4}-/);
    const costs = await forge.run('show', '--costs', '--json');
    expect(costs.objects.at(-2)).toMatchObject({ type: 'costs', calls: 0, costUsd: 0 });
  });

  it('is left by Ctrl-C, and the run stays parked', async () => {
    const { server, repository } = await world(withQuota(1, '7200000'));
    const forge = createForge({ cwd: repository.path, modelUrl: server.url });
    const running = forge.start('run', task, '--yes', '--json');
    await running.event(({ type }) => type === 'run.parked');
    running.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect((await forge.run('runs', '--json')).objects[0]).toMatchObject({ status: 'parked' });
  });
});
