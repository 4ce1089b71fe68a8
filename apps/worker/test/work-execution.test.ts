import { type Agent, type AgentType, forgeError, isForgeError } from '@forge/plugin-api';
import { createVirtualClock } from '@forge/testkit';
import { createAgentContext } from '@forge/testkit/fakes';
import { duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { serveExecution, workExecution } from '@forge/worker-protocol';
import { otherEnd } from './line-fixture.ts';

const job = { runId: 'run', executionId: 'planning/1', agent: 'a', input: { task: 'x' } };
const place = { agent: 'a', plugin: 'p', folder: '/p', origin: 'default', options: {}, variables: {} } as const;
const clock = createVirtualClock();

const agentOf = (execute: Agent['execute']): Agent => ({ id: 'a', type: 'contract' as AgentType, execute });

/** Both ends, in one process, over a line of bytes. */
function execution(execute: Agent['execute'], context = createAgentContext()) {
  const [orchestrator, worker] = duplexPair();
  const work = workExecution({ stream: worker, clock, loadAgent: async () => agentOf(execute) });
  work.catch(() => {});
  return { work, output: serveExecution({ stream: orchestrator, job, place, context, clock }) };
}

describe('a worker', () => {
  it('gives the agent answers that nobody can change', async () => {
    const context = createAgentContext({ callTool: async () => ({ ok: true, text: '', output: { list: [1] } }) });
    const { output } = execution(async (_, { tools }) => {
      const outcome = await tools.call('look', {});
      expect(() => (outcome.output as { list: number[] }).list.push(2)).toThrow(TypeError);
      return 'unchanged' as never;
    }, context);
    expect(await output).toBe('unchanged');
  });

  it('tells the agent that the result of a step is not JSON, and that of an error’s data only that', async () => {
    const { output } = execution(async (_, { step }) => {
      const caught = await step('count', async () => 1n as never).catch((error: unknown) => error);
      expect(caught).toBeInstanceOf(Error);
      throw forgeError('PLAN_INVALID', 'counted', { why: String(caught), data: { big: 1n } as never });
    });
    await expect(output).rejects.toMatchObject({
      code: 'PLAN_INVALID',
      message: 'counted',
      details: { why: expect.stringContaining('BigInt') },
    });
  });

  it('says what came of an output that is not JSON', async () => {
    const { output } = execution(async () => ({ big: 1n }) as never);
    await expect(output).rejects.toMatchObject({ code: 'OUTPUT_INVALID' });
  });

  it('keeps the errors of a plugin that cannot start apart, each with its code', async () => {
    const [orchestrator, worker] = duplexPair();
    const faults = [forgeError('PLUGIN_OPTIONS', 'one', { where: 'a.ts' }), forgeError('PLUGIN_OPTIONS', 'two')];
    const { ForgeFaults } = await import('@forge/plugin-api');
    const loadAgent = () => Promise.reject(new ForgeFaults(faults));
    void workExecution({ stream: worker, clock, loadAgent });
    const error: unknown = await serveExecution({
      stream: orchestrator,
      job,
      place,
      context: createAgentContext(),
      clock,
    }).catch((reason: unknown) => reason);
    expect((error as AggregateError).errors.map((each) => isForgeError(each) && [each.code, each.message])).toEqual([
      ['PLUGIN_OPTIONS', 'one'],
      ['PLUGIN_OPTIONS', 'two'],
    ]);
  });

  it('ends when the orchestrator is gone, whatever its agent does', async () => {
    const orchestrator = otherEnd();
    let signal: AbortSignal | undefined;
    const started = Promise.withResolvers<void>();
    const work = workExecution({
      stream: orchestrator.stream,
      clock,
      loadAgent: async (_, world) => {
        ({ signal } = world);
        started.resolve();
        return agentOf(() => new Promise(() => {}));
      },
    });
    const { id } = await orchestrator.hears(({ method }) => method === 'hello');
    const safety = {
      state: { costUsd: 0, tokens: 0, iterations: 0, toolCalls: 0, elapsedMs: 0 },
      check: { shouldBreak: false },
    };
    orchestrator.say({
      id: id ?? 0,
      result: { version: 1, job, place, tools: [], capabilities: {}, safety, shared: {} },
    });
    await started.promise;
    orchestrator.close();
    await expect(work).rejects.toMatchObject({ code: 'WORKER_LOST' });
    expect(signal?.aborted).toBe(true);
  });

  it('sends log facts of any kind, and goes on', async () => {
    const context = createAgentContext();
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const { output } = execution(async (_, { log }) => {
      log.info('round', { circle, big: 1n, plain: 1 });
      return 'done' as never;
    }, context);
    expect(await output).toBe('done');
    expect((context.log as unknown as { entries: unknown[] }).entries).toMatchObject([
      { level: 'info', message: 'round', facts: { plain: 1, big: '1' } },
    ]);
  });
});
