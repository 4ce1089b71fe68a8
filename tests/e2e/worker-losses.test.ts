import { definePlugin, type Executor, forgeError, type Json } from '@forge/plugin-api';
import { startTestKernel } from '@forge/testkit/test-kernel';
import { describe, expect, it, onTestFinished } from 'vitest';

const steps = ['one', 'two', 'three', 'four'];
const plan = {
  summary: 'Steps',
  assessment: { score: 1 },
  tasks: [{ id: 'a', title: 'A', goal: 'A' }],
};

/**
 * A kernel whose planner takes four steps, and whose executor loses whatever runs it as often as `loses` says: told how
 * many steps are taken in this process so far, and how often it has lost already.
 */
async function kernel(loses: (taken: number, losses: number) => boolean) {
  const taken: string[] = [];
  let losses = 0;
  const executor: Executor = {
    name: 'losing',
    async execute({ agent, input }, { context, resolveAgent }) {
      const gone = Promise.withResolvers<never>();
      const look = () => {
        if (!loses(taken.length, losses)) return;
        losses += 1;
        gone.reject(forgeError('WORKER_LOST', 'The worker fell over', { why: 'it was pushed', transient: true }));
        throw new Error('nobody is there any more');
      };
      const step: typeof context.step = async (name, fn) => {
        look();
        return context.step(name, fn);
      };
      const working = (await resolveAgent(agent)).execute(input as never, { ...context, step });
      return (await Promise.race([working, gone.promise])) as Json;
    },
  };
  const planner = {
    id: 'stepping',
    type: 'planner',
    async execute(_: unknown, ctx: { step(name: string, fn: () => Promise<Json>): Promise<Json> }) {
      for (const name of steps) await ctx.step(name, async () => taken.push(name));
      return plan;
    },
  };
  const started = await startTestKernel({
    plugins: [
      {
        manifest: {
          name: 'losing',
          version: '1.0.0',
          type: 'executor',
          entry: './none.js',
          provides: { agents: ['stepping'], executors: ['losing'] },
        },
        definition: definePlugin({ executors: [executor], agents: [planner as never] }),
      },
    ],
    config: { executor: 'losing', agents: { planner: 'stepping' }, phases: ['planning'] },
  });
  onTestFinished(started.close);
  return { taken, run: () => started.run('Take steps'), started };
}

describe('an execution whose worker is lost', () => {
  it('goes on in another one, from its journal, and the log says so', async () => {
    const { taken, run } = await kernel((count, losses) => count === 2 && losses === 0);
    const { errorCode, events } = await run();
    expect(errorCode).toBeUndefined();
    expect(taken).toEqual(steps);
    const said = events.filter(({ type }) => ['worker.lost', 'step.completed'].includes(type));
    expect(said.map(({ type, payload }) => (type === 'worker.lost' ? payload : type))).toEqual([
      'step.completed',
      'step.completed',
      { message: 'The worker fell over', why: 'it was pushed' },
      'step.completed',
      'step.completed',
    ]);
  });

  it('goes on as often as it gets any further', async () => {
    const { taken, run } = await kernel((count, losses) => losses <= count);
    const { errorCode, events } = await run();
    expect({ errorCode, taken }).toEqual({ errorCode: undefined, taken: steps });
    expect(events.filter(({ type }) => type === 'worker.lost')).toHaveLength(steps.length);
  });

  it('fails after three losses in a row that brought nothing new, and resumes from its journal', async () => {
    let isFirst = true;
    const { taken, run, started } = await kernel((count) => isFirst && count === 2);
    const { record, errorCode, events } = await run();
    expect(errorCode).toBe('WORKER_LOST');
    expect(events.filter(({ type }) => type === 'worker.lost')).toHaveLength(2);
    expect(events.find(({ type }) => type === 'execution.failed')?.payload).toMatchObject({ code: 'WORKER_LOST' });

    isFirst = false;
    const { error } = await (await (await started.forge.engine()).resume(record.id)).finished;
    expect({ error, taken }).toEqual({ error: undefined, taken: steps });
  });

  it('two losses, then progress, then two more are no reason to give up', async () => {
    const { taken, run } = await kernel((count, losses) => (count === 1 && losses < 2) || (count === 2 && losses < 4));
    expect((await run()).errorCode).toBeUndefined();
    expect(taken).toEqual(steps);
  });
});
