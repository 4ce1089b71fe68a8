import { readdirSync } from 'node:fs';
import {
  answer,
  callTool,
  overloaded,
  spendLimit,
  startModelServer,
  unauthorized,
  type ScriptFunction,
} from '@forge/testkit/model-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { sampleRepository, temporaryFolder } from './sample-repository.ts';
import { changes, pipelineScript, plan } from './scripts.ts';

async function world(script: ScriptFunction, name: 'node' | 'make' = 'node') {
  const server = await startModelServer({ script });
  onTestFinished(() => server.close());
  const repository = sampleRepository(name);
  return { server, repository, forge: createForge({ cwd: repository.path, modelUrl: server.url, quickTests: true }) };
}

const task = 'Add the area of a triangle';
const lastObject = ({ objects }: { readonly objects: readonly Record<string, unknown>[] }) => objects.at(-1);

const runOf = ({ events }: { readonly events: readonly { readonly traceId: string }[] }) => events[0]?.traceId ?? '';

describe('exit codes', () => {
  it('3: parks without a terminal, and goes on in another process after the answer, paying for nothing again', async () => {
    const { forge, server, repository } = await world(pipelineScript(changes.node));
    const parked = await forge.run('run', task, '--json');
    expect(parked.code).toBe(3);
    expect(lastObject(parked)).toMatchObject({ type: 'exit', code: 3 });
    expect(repository.git('branch', '--list', 'forge/*')).toBe('');
    const paid = server.requests.length;

    const inbox = await forge.run('inbox', '--json');
    expect(inbox.stdout).toContain('Deploy');
    await forge.run('approve', runOf(parked), '--json', '--no-input');
    const resumed = await forge.run('resume', '--json');
    expect({ code: resumed.code, requests: server.requests.length }).toEqual({ code: 0, requests: paid });
    expect(repository.git('branch', '--list', 'forge/*')).toContain('forge/');
  });

  it('1: a rejected deployment is not delivered', async () => {
    const { forge, repository } = await world(pipelineScript(changes.node));
    const parked = await forge.run('run', task, '--json');
    expect(parked.code).toBe(3);
    await forge.run('reject', runOf(parked), '--reason', 'not today', '--json', '--no-input');
    const resumed = await forge.run('resume', '--json');
    expect(resumed.code).toBe(1);
    expect(resumed.stdout).toContain('GATE_REJECTED');
    expect(repository.git('branch', '--list', 'forge/*')).toBe('');
  });

  it('4: refused credentials', async () => {
    const { forge } = await world(() => unauthorized());
    const end = await forge.run('run', task, '--json');
    expect(end.code).toBe(4);
    expect(end.stdout).toContain('LLM_CREDENTIALS');
  });

  it('4: no model at all says what to set, and never pretends', async () => {
    const repository = sampleRepository('make');
    const home = temporaryFolder();
    const forge = createForge({
      cwd: repository.path,
      modelUrl: '',
      home,
      env: { ANTHROPIC_API_KEY: '', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' },
    });
    const end = await forge.run('run', task, '--no-input');
    expect(end.code).toBe(4);
    expect(end.stderr).toContain('ANTHROPIC_API_KEY');
    expect(end.stderr).toContain('forge demo');
    expect((await forge.run('runs', '--json')).objects.filter(({ type }) => type === 'run')).toEqual([]);
  });

  it('5: a budget that does not suffice parks the run, and a higher one goes on from there', async () => {
    const { forge, server } = await world(pipelineScript(changes.node));
    const model = ['--model', 'claude-opus-5'];
    const end = await forge.run('run', task, '--yes', '--json', '--budget', '0.0001', ...model);
    expect(end.code).toBe(5);
    expect(end.stdout).toContain('BREAKER_COST');
    expect(server.requests).toHaveLength(0);
    const resumed = await forge.run('resume', '--yes', '--json', '--budget', '5', ...model);
    expect(resumed.code).toBe(0);
  });

  it('5: a spend limit is never tried again', async () => {
    const { forge, server } = await world(() => spendLimit());
    const end = await forge.run('run', task, '--json');
    expect({ code: end.code, requests: server.requests.length }).toEqual({ code: 5, requests: 1 });
  });

  it('5: an agent that goes round in circles is stopped after one hint', async () => {
    const { forge, server } = await world(
      pipelineScript(changes.node, { implementer: () => callTool('fs_read', { path: 'src/area.js' }) }),
    );
    const end = await forge.run('run', task, '--yes', '--json');
    expect(end.code).toBe(5);
    expect(end.stdout).toContain('BREAKER_LOOP');
    const hints = server.requests
      .at(-1)
      ?.messages.flatMap(({ results }) => results)
      .filter(({ text }) => text.includes('Try something else'));
    expect(hints).toHaveLength(1);
  });

  it('7: outside a repository', async () => {
    const cwd = temporaryFolder();
    const forge = createForge({ cwd, modelUrl: 'http://127.0.0.1:9' });
    const end = await forge.run('run', task, '--no-input');
    expect(end.code).toBe(7);
    expect(end.stderr).toContain('git init');
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('8: a run that a living process owns cannot be resumed; its owner is named', async () => {
    const hold = Promise.withResolvers<void>();
    onTestFinished(() => hold.resolve());
    const { forge } = await world(() => ({ ...answer(plan), until: hold.promise }));
    const running = forge.start('run', task, '--json');
    const { traceId } = await running.event(({ type }) => type === 'execution.started');
    const second = await forge.run('resume', traceId, '--json');
    expect(second.code).toBe(8);
    expect(second.stdout).toContain(String(running.pid));
    running.kill('SIGKILL');
    await running.ended;
  });

  it('0: --plan-only ends with the plan and delivers nothing', async () => {
    const { forge, repository } = await world(pipelineScript(changes.node));
    const end = await forge.run('run', task, '--plan-only', '--json');
    expect(end.code).toBe(0);
    expect(end.events.find((event) => event.type === 'plan.created')?.payload.plan.tasks).toHaveLength(2);
    expect(repository.git('branch', '--list', 'forge/*')).toBe('');
  });

  it('0: an overloaded model is tried again', async () => {
    const script = pipelineScript(changes.node);
    let refused = 0;
    const { forge } = await world((request, index) =>
      refused++ === 0 ? overloaded({ 'retry-after': '0' }) : script(request, index),
    );
    const end = await forge.run('run', task, '--yes', '--json');
    expect(end.code).toBe(0);
    expect(end.events.filter(({ type }) => type === 'llm.retried')).toHaveLength(1);
  });
});

describe('stopping', () => {
  it('130: Ctrl-C lets the step end, says how to go on, and nothing is paid for twice', async () => {
    const hold = Promise.withResolvers<void>();
    const script = pipelineScript(changes.node);
    const { forge, server } = await world((request, index) => {
      const reply = script(request, index);
      return index === 2 && reply !== undefined && !(reply instanceof Promise)
        ? { ...reply, until: hold.promise }
        : reply;
    });
    const running = forge.start('run', task, '--yes', '--json');
    await server.waitForRequests(3);
    running.kill('SIGINT');
    hold.resolve();
    const end = await running.ended;
    expect(end.code).toBe(130);
    expect(end.stdout).toContain('forge resume');
    const paid = server.requests.map(({ raw }) => raw);
    const resumed = await forge.run('resume', '--yes', '--json');
    expect(resumed.code).toBe(0);
    expect(server.requests.slice(paid.length).filter(({ raw }) => paid.includes(raw))).toEqual([]);
  });

  it('130: forge stop from another process', async () => {
    const hold = Promise.withResolvers<void>();
    const script = pipelineScript(changes.node);
    const { forge, server } = await world((request, index) => {
      const reply = script(request, index);
      return index === 1 && reply !== undefined && !(reply instanceof Promise)
        ? { ...reply, until: hold.promise }
        : reply;
    });
    const running = forge.start('run', task, '--yes', '--json');
    await server.waitForRequests(2);
    await forge.run('stop', '--json');
    hold.resolve();
    expect((await running.ended).code).toBe(130);
  });
});
