import { readFileSync } from 'node:fs';
import { forgeError, type ForgeError, type WorkerCommand } from '@forge/plugin-api';
import { createVirtualClock } from '@forge/testkit';
import { createAgentContext } from '@forge/testkit/fakes';
import { startWorker } from '@forge/worker-protocol';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createChildProcessExecutor } from '../src/child-process-executor.ts';
import { placesIn, realClock, realWorker } from './worker-fixture.ts';

const agents = ['exits', 'is killed', 'eats memory', 'scribbles', 'prints', 'blocks', 'looks around'];

function worker(change: Partial<WorkerCommand> = {}): WorkerCommand {
  const { command, remove } = realWorker();
  onTestFinished(remove);
  return { ...command, ...change };
}

interface Options {
  readonly executor?: Partial<Parameters<typeof createChildProcessExecutor>[0]>;
  readonly context?: ReturnType<typeof createAgentContext>;
  readonly command?: WorkerCommand;
}

function execute(agent: string, { executor = {}, context = createAgentContext(), command = worker() }: Options = {}) {
  return createChildProcessExecutor({ clock: realClock, ...executor }).execute(
    { runId: 'run', executionId: 'planning/1', agent, input: null },
    {
      context,
      resolveAgent: () => Promise.reject(new Error('is not asked')),
      locateAgent: placesIn('troubled-agents', agents),
      workerCommand: async () => command,
    },
  );
}

async function faultOf(outcome: Promise<unknown>): Promise<ForgeError> {
  return outcome.then(
    (output) => expect.fail(`gave ${JSON.stringify(output)}`),
    (error: ForgeError) => error,
  );
}

it('starts no worker for an agent whose plugin has a process of its own', async () => {
  const agent = { id: 'elsewhere', type: 'reviewer', execute: async (input: unknown) => ({ input }) };
  const output = createChildProcessExecutor({ clock: realClock }).execute(
    { runId: 'run', executionId: 'review/1', agent: 'elsewhere', input: 'given' },
    {
      context: createAgentContext(),
      resolveAgent: async () => agent as never,
      locateAgent: async () => undefined,
      workerCommand: () => Promise.reject(new Error('no worker was to be started')),
    },
  );
  expect(await output).toEqual({ input: 'given' });
});

describe('a worker that is lost', () => {
  it.each([
    ['exits', 'it ended with exit code 3', ''],
    ['is killed', 'it was ended by SIGKILL', ''],
    ['scribbles', 'it ended with exit code 1', 'this is no message: what is this?'],
  ])('because its agent %s: WORKER_LOST, transient, with how it ended', async (agent, how, why) => {
    const error = await faultOf(execute(agent));
    expect(error).toMatchObject({ code: 'WORKER_LOST', details: { transient: true } });
    expect(error.message).toContain(how);
    expect(error.details.why).toContain(why);
  });

  it('because it has no memory left: its last words are kept', async () => {
    const command = worker();
    const args = ['--max-old-space-size=32', ...command.args];
    const error = await faultOf(execute('eats memory', { command: { ...command, args } }));
    expect(error.code).toBe('WORKER_LOST');
    expect(error.details.why).toContain('heap out of memory');
  });

  it.each([
    ['there is no such program', { file: '/nowhere/node' }],
    ['there is no such folder', { cwd: '/nowhere' }],
  ])('before it began, because %s', async (_, change) => {
    const error = await faultOf(execute('prints', { command: worker(change) }));
    expect(error).toMatchObject({ code: 'WORKER_LOST', message: expect.stringContaining('could not be started') });
  });

  it('because it blocks its event loop: it is silent for too long', async () => {
    const clock = createVirtualClock();
    const context = createAgentContext();
    const begun = Promise.withResolvers<void>();
    const lost = faultOf(
      execute('blocks', { executor: { clock }, context: { ...context, progress: () => begun.resolve() } }),
    );
    await begun.promise;
    // Silence is counted in beats: the worker's own come from a clock that does not fly.
    let isOver = false;
    void lost.then(() => (isOver = true));
    while (!isOver) await clock.advance(5_000);
    expect(await lost).toMatchObject({ code: 'WORKER_LOST', details: { why: expect.stringContaining('silent') } });
  });
});

describe('a worker', () => {
  it('is killed when it does not hear that its execution is over', async () => {
    const abort = new AbortController();
    const context = createAgentContext({ signal: abort.signal });
    const begun = Promise.withResolvers<void>();
    const outcome = faultOf(
      execute('blocks', { executor: { graceMs: 100 }, context: { ...context, progress: () => begun.resolve() } }),
    );
    await begun.promise;
    const reason = forgeError('BREAKER_TIME', 'An agent reached its limit');
    abort.abort(reason);
    expect(await outcome).toBe(reason);
  });

  it('may print what it likes: the log gets it, the protocol does not see it', async () => {
    const context = createAgentContext();
    expect(await execute('prints', { context })).toBe('unharmed');
    const { entries } = context.log as unknown as { entries: { facts?: { text?: string } }[] };
    const said = entries.map(({ facts }) => facts?.text).join('\n');
    expect(said).toContain('"printed"');
    expect(said).toContain('and more');
  });

  it('sees no more of the environment than its command says, and the plugin loads without it', async () => {
    vi.stubEnv('ANTHROPIC_API_KEY', 'sk-ant-canary');
    onTestFinished(() => void vi.unstubAllEnvs());
    const command = worker();
    const { env, cwd } = (await execute('looks around', { command })) as { env: object; cwd: string };
    expect({ env, cwd }).toEqual({ env: command.env, cwd: command.cwd });
  });

  it('ends when its orchestrator is gone', async () => {
    const { ended, stream } = startWorker(worker(), () => {});
    stream.on('error', () => {});
    await new Promise((resolve) => stream.once('data', resolve));
    stream.destroy();
    expect((await ended).how).toBe('it ended with exit code 1');
  });

  it('leads a session of its own, which Ctrl-C in the terminal does not reach', async () => {
    const pid = Promise.withResolvers<number>();
    const text = (said: string) => pid.resolve(Number(said));
    const { kill } = startWorker(
      { ...worker(), args: ['-e', 'console.log(process.pid); setInterval(() => {}, 1e6)'] },
      text,
    );
    onTestFinished(kill);
    const stat = readFileSync(`/proc/${await pid.promise}/stat`, 'utf8');
    expect(Number(stat.slice(stat.lastIndexOf(')')).split(' ')[4])).toBe(await pid.promise);
  });
});
