import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ForgeEvent } from '@forge/plugin-api';
import { byTurn, callTool, startModelServer } from '@forge/testkit/model-server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createForge } from './forge-process.ts';
import { sampleRepository, temporaryFolder } from './sample-repository.ts';
import { changes, done, pipelineScript } from './scripts.ts';
import { killWorkersOf, workersOf } from './worker-processes.ts';

const task = ['run', 'Add the area of a triangle', '--yes', '--json'];
const honest = pipelineScript(changes.node);

async function world(executor: string, script = honest) {
  const server = await startModelServer({ script });
  onTestFinished(() => server.close());
  const repository = sampleRepository('node');
  const env = { FORGE_EXECUTOR: executor, FORGE_SANDBOX__USE: 'process' };
  const forge = createForge({ cwd: repository.path, modelUrl: server.url, env, quickTests: true });
  const tree = () => {
    const branch = repository.git('branch', '--list', 'forge/*', '--format=%(refname:short)');
    return repository.git('rev-parse', `${branch}^{tree}`);
  };
  return { server, repository, forge, tree };
}

/** What an event says, without what differs from run to run: ids, times, and hashes of what holds them. */
function saying({ type, source, phase, taskId, executionId, rationale, tokensUsed, costUsd, payload }: ForgeEvent) {
  const text = JSON.stringify({ source, phase, taskId, executionId, rationale, tokensUsed, costUsd, payload });
  const plain = text
    .replace(/[0-9A-Z]{26}/g, '<id>')
    .replace(/\b[0-9a-f]{12,64}\b/g, '<hash>')
    .replace(/\b\d{13}\b|[\d.]+ms\b|(?<="durationMs":|duration_ms )[\d.]+/g, '<time>');
  return `${type} ${plain}`;
}

/** What each execution, each task and each phase said, in order; several go on at once, in whatever order. */
function sayings(events: readonly ForgeEvent[]): Readonly<Record<string, readonly string[]>> {
  const groups = Map.groupBy(events, ({ executionId, taskId, phase }) => executionId ?? taskId ?? phase ?? 'run');
  return Object.fromEntries([...groups].map(([name, group]) => [name, group.map(saying)]));
}

async function wholeRun(executor: string) {
  const { forge, server, tree } = await world(executor);
  const { code, events, stderr } = await forge.run(...task);
  expect({ code, stderr, complaints: server.complaints }).toMatchObject({ code: 0, complaints: [] });
  return { tree: tree(), requests: server.requests.map(({ raw }) => raw).sort(), events: sayings(events) };
}

/** The same run beside the kernel, without any trouble: every test compares with it. */
let usual: ReturnType<typeof wholeRun> | undefined;
const usualRun = () => (usual ??= wholeRun('in-process'));

describe('executions in processes of their own', () => {
  it('give the same tree and the same events as in the process of the kernel', async () => {
    expect(await wholeRun('child-process')).toEqual(await usualRun());
  });

  it('survive kill -9 of the worker at every model call: no reply is asked for twice, the tree is the same', async () => {
    let killed = 0;
    const pid = Promise.withResolvers<number>();
    const { forge, server, tree } = await world('child-process', async (request, index) => {
      killed += killWorkersOf(await pid.promise);
      return honest(request, index);
    });
    const running = forge.start(...task);
    pid.resolve(running.pid);
    const { code, events } = await running.ended;
    const requests = server.requests.map(({ raw }) => raw);
    expect(code).toBe(0);
    // Beside it, one may be at work that asks no model.
    expect(killed).toBeGreaterThanOrEqual(requests.length);
    expect(new Set(requests).size).toBe(requests.length);
    const lost = events.filter(({ type, source }) => type === 'worker.lost' && source !== 'tester');
    expect(lost).toHaveLength(requests.length);
    expect(events.filter(({ type }) => type === 'llm.responded')).toHaveLength(requests.length);
    expect(tree()).toBe((await usualRun()).tree);
  });

  it('survive kill -9 of the worker in the middle of a command: it ends, and does not run again', async () => {
    const folder = temporaryFolder();
    const [go, runs] = [join(folder, 'go'), join(folder, 'runs')];
    const { file, from, to } = changes.node;
    const script = pipelineScript(changes.node, {
      implementer: {
        triangle: byTurn([
          callTool('shell', { command: `echo begun >> ${runs}; until [ -e ${go} ]; do sleep 0.02; done` }),
          callTool('fs_edit', { path: file, edits: [{ old: from, new: to }] }),
          done('add the area of a triangle'),
        ]),
        'triangle-test': byTurn([
          callTool('fs_write', { path: changes.node.testFile, content: changes.node.test }),
          done('test the area of a triangle', 'test'),
        ]),
      },
    });
    const { forge, tree } = await world('child-process', script);
    const running = forge.start(...task);
    await vi.waitUntil(() => existsSync(runs), { timeout: 20_000 });
    expect(killWorkersOf(running.pid)).toBe(1);
    writeFileSync(go, '');
    const { code, events } = await running.ended;
    expect({ code, runs: readFileSync(runs, 'utf8') }).toEqual({ code: 0, runs: 'begun\n' });
    expect(events.map(({ type }) => type)).toContain('worker.lost');
    expect(tree()).toBe((await usualRun()).tree);
  });

  it('end with Forge: after kill -9 no worker is left, and the run resumes', async () => {
    const pid = Promise.withResolvers<number>();
    let left: number[] = [];
    const { forge, server, tree } = await world('child-process', async (request, index) => {
      if (index !== 2) return honest(request, index);
      left = workersOf(await pid.promise);
      process.kill(await pid.promise, 'SIGKILL');
      return honest(request, index);
    });
    const running = forge.start(...task);
    pid.resolve(running.pid);
    expect((await running.ended).signal).toBe('SIGKILL');
    expect(left).toHaveLength(1);
    await vi.waitUntil(() => left.every((worker) => !existsSync(`/proc/${worker}`)), { timeout: 60_000 });
    server.play(honest);
    expect((await forge.run('resume', '--yes', '--json')).code).toBe(0);
    expect(tree()).toBe((await usualRun()).tree);
  });
});

const manifest = {
  name: 'forge-plugin-odd-planner',
  version: '1.0.0',
  type: 'agent',
  entry: './index.ts',
  provides: { agents: ['odd-planner'] },
};

/** A planner of the person's own, in a folder outside of everything, whose code is this. */
async function withPlanner(body: string) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'plugin'));
  writeFileSync(join(folder, 'plugin/plugin.json'), JSON.stringify(manifest));
  writeFileSync(
    join(folder, 'plugin/index.ts'),
    `import { existsSync, writeFileSync } from 'node:fs';
import { definePlugin, defineAgent } from '@forge/plugin-api';

enum Verdict { Fine = 'fine' }

const planner = defineAgent({
  id: 'odd-planner',
  type: 'planner',
  async execute(input, ctx) {
    ${body}
    await ctx.note(Verdict.Fine, 'is odd');
    return { summary: 'Odd', assessment: { score: 1 }, tasks: [{ id: 'a', title: 'A', goal: 'A' }] };
  },
});

export default definePlugin({ agents: [planner] });
`,
  );
  const given = await world('child-process');
  // In Forge's own processes, as its own agents are: a plugin's own process is no worker.
  const use = { use: join(folder, 'plugin'), inProcess: true };
  const config = { plugins: [use], agents: { planner: 'odd-planner' }, phases: ['planning'] };
  given.repository.write('forge.config.json', JSON.stringify(config));
  return given;
}

describe('an agent of the person’s own in a worker', () => {
  it('is not loaded before it is trusted; sees no key, no database and no environment of Forge', async () => {
    const { forge, server } = await withPlanner(`
    const around = JSON.stringify([process.env, process.cwd(), process.argv, input]);
    const seen = ['e2e-canary', 'runs.db', 'ANTHROPIC'].filter((word) => around.includes(word));
    await ctx.note('seen: ' + seen.join(), 'looked at its environment');`);
    expect((await forge.run(...task, '--no-input')).code).toBe(2);
    expect(server.requests).toEqual([]);

    const { code, events } = await forge.run(...task, '--trust');
    expect(code).toBe(0);
    const notes = events.flatMap((event) => (event.type === 'agent.note' ? [event.payload.decision] : []));
    expect(notes).toEqual(expect.arrayContaining(['seen: ', 'fine']));
  });

  it('asks a person; the run parks, and goes on in a new worker with the answer', async () => {
    const { forge } = await withPlanner(`
    const { answer } = await ctx.ask({ question: 'Is it odd enough?' });
    await ctx.note('heard: ' + answer, 'asked');`);
    const parked = await forge.run(...task, '--trust');
    expect(parked.code).toBe(3);
    const opened = parked.events.find((event) => event.type === 'request.opened');
    const answered = await forge.run('answer', opened?.payload.request.id ?? '', 'very odd', '--json');
    expect(answered.code).toBe(0);
    const { code, events } = await forge.run('resume', '--yes', '--json');
    expect(code).toBe(0);
    expect(JSON.stringify(events)).toContain('heard: very odd');
  });

  it('that blocks its event loop outlives a kill -9 of Forge, but not the next start of the run', async () => {
    const unblocked = join(temporaryFolder(), 'unblocked');
    const { forge } = await withPlanner(`
    if (!existsSync('${unblocked}')) {
      writeFileSync('${unblocked}.blocks', '');
      for (;;) Math.sqrt(2);
    }`);
    const running = forge.start(...task, '--trust');
    const { traceId } = await running.event(({ type }) => type === 'run.started');
    await vi.waitUntil(() => existsSync(`${unblocked}.blocks`), { timeout: 20_000 });
    running.kill('SIGKILL');
    await running.ended;
    expect(workersOf(traceId)).toHaveLength(1);
    writeFileSync(unblocked, '');
    const resuming = forge.start('resume', '--yes', '--json');
    const before = workersOf(traceId);
    await resuming.event(({ type }) => type === 'run.resumed');
    expect(before.filter((pid) => workersOf(traceId).includes(pid))).toEqual([]);
    expect((await resuming.ended).code).toBe(0);
  });

  it('that blocks its event loop is killed at the second Ctrl-C', async () => {
    const blocks = join(temporaryFolder(), 'blocks');
    const { forge } = await withPlanner(`
    writeFileSync('${blocks}', '');
    for (;;) Math.sqrt(2);`);
    const running = forge.start(...task, '--trust');
    await vi.waitUntil(() => existsSync(blocks), { timeout: 20_000 });
    const workers = workersOf(running.pid);
    running.kill('SIGINT');
    running.kill('SIGTERM');
    expect((await running.ended).code).toBe(130);
    expect(workers.map((pid) => existsSync(`/proc/${pid}`))).toEqual([false]);
  });
});
