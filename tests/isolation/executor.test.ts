import {
  type Agent,
  type AgentContext,
  type AgentPlace,
  type ExecutionHost,
  forgeError,
  type Json,
} from '@forge/plugin-api';
import { createAgentContext } from '@forge/testkit/fakes';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type IsolatedOptions, openIsolated } from './isolated.ts';

/** Gives what its host says, or runs an agent and does not wait for it. */
const code = `
import { definePlugin } from '@forge/plugin-api';
const leave = async ({ resolveAgent, context }, input) => {
  const begun = Promise.withResolvers();
  const agent = await resolveAgent('left');
  agent.execute(input, { ...context, note: async () => begun.resolve() }).catch(() => {});
  await begun.promise;
  return 'left it';
};
export default definePlugin({ executors: [{
  name: 'asking',
  async execute({ agent, input }, host) {
    if (agent === 'left') return leave(host, input);
    if (agent === 'spins') { await host.workerCommand(); for (;;); }
    return agent === 'located' ? host.locateAgent(agent) : host.workerCommand();
  },
}] });
`;
const manifest = { provides: { executors: ['asking'] }, permissions: { secrets: ['OWN_TOKEN'] } };
const job = (agent: string) => ({ runId: 'r1', executionId: 'planning/1', agent, input: { task: 't' } });

async function open(limits: IsolatedOptions['limits'] = {}) {
  const env = { OWN_TOKEN: 'own-token', OTHER_TOKEN: 'other-token' };
  const isolated = await openIsolated({ code, manifest, env, limits });
  onTestFinished(() => isolated.close());
  return isolated.forge.get('executor', 'asking');
}

function host(more: Partial<ExecutionHost> = {}): ExecutionHost {
  const nothing = () => Promise.reject(forgeError('UNSUPPORTED', 'not in this test'));
  const context = createAgentContext();
  return { context, resolveAgent: nothing, locateAgent: nothing, workerCommand: nothing, ...more };
}

describe('an executor in a process of its own', () => {
  it('is told where an agent lies, and no secret that its own manifest does not ask for', async () => {
    const place: AgentPlace = {
      agent: 'located',
      plugin: 'somebody',
      folder: '/plugins/somebody',
      origin: 'configuration',
      options: { rules: ['a'] },
      variables: { OWN_TOKEN: 'own-token', OTHER_TOKEN: 'other-token' },
    };
    const executor = await open();
    const found = await executor.execute(job('located'), host({ locateAgent: async () => place }));
    expect(found).toEqual({ ...place, variables: { OWN_TOKEN: 'own-token' } });
    expect(await executor.execute(job('located'), host({ locateAgent: async () => undefined }))).toBeUndefined();
  });

  it('is told how a worker is started, or why there is none', async () => {
    const command = { file: 'node', args: ['worker.js'], cwd: '/tmp', env: { A: 'b' } };
    const executor = await open();
    expect(await executor.execute(job('w'), host({ workerCommand: async () => command }))).toEqual(command);
    await expect(executor.execute(job('w'), host())).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it('that hears nothing any more is left at once when its execution is stopped', async () => {
    const stop = new AbortController();
    const reason = forgeError('STOPPED', 'stopped by the person');
    const workerCommand = async () => {
      setImmediate(() => stop.abort(reason));
      return { file: 'node', args: [], cwd: '/', env: {} };
    };
    const context = { ...createAgentContext(), signal: stop.signal };
    // What waits for it is told of its silence.
    const executor = await open({ silent: 3_000 });
    await expect(executor.execute(job('spins'), host({ context, workerCommand }))).rejects.toBe(reason);
    await expect(executor.execute(job('w'), host())).rejects.toMatchObject({ code: 'WORKER_LOST' });
    await expect(executor.execute(job('w'), host())).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it('leaves nobody at work for an execution that is over', async () => {
    const left = Promise.withResolvers<AgentContext>();
    const agent = {
      id: 'left',
      type: 'planner',
      async execute(_: Json, context: AgentContext) {
        left.resolve(context);
        await context.note('begins', 'it has to be known');
        return new Promise(() => {});
      },
    } as unknown as Agent;
    const executor = await open();
    expect(await executor.execute(job('left'), host({ resolveAgent: async () => agent }))).toBe('left it');
    const { signal } = await left.promise;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(signal.reason).toMatchObject({ code: 'WORKER_LOST' });
  });
});
