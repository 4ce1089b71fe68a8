import {
  type Agent,
  type AgentContext,
  type ChatRequest,
  type Clock,
  type Command,
  defineTool,
  type Deployer,
  type EventTransport,
  type Executor,
  forgeError,
  type HumanGate,
  type Kind,
  kinds,
  type LLMProvider,
  type MemoryStore,
  type Sandbox,
  type SandboxPolicy,
  type Tool,
  type ToolContext,
  type WebhookSender,
  z,
} from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import type { Contribution } from '../../src/guards/guard.ts';
import { guard, guardRules } from '../../src/guards/index.ts';
import { systemClock } from '../../src/world/system-clock.ts';

function guarded<T extends Contribution>(kind: Kind, contribution: T): T {
  return guard(contribution, guardRules[kind], { plugin: 'acme', kind, name: 'x', clock: systemClock });
}

const never = <T>(): Promise<T> => new Promise<T>(() => {});
const open = new AbortController().signal;
const toolContext = (signal = open) => ({ workspace: '/', signal }) as unknown as ToolContext;
const tool = (more: Partial<Tool>): Tool => ({
  name: 'x',
  description: 'x',
  schema: { input: z.strictObject({ n: z.number().default(1) }), output: z.strictObject({ n: z.number() }) },
  execute: async ({ n }: { n: number }) => ({ n }),
  ...more,
});
const provider = (more: Partial<LLMProvider>): LLMProvider => ({
  name: 'x',
  chat: () => never(),
  capabilities: () => ({ contextTokens: 1, maxOutputTokens: 1, tools: true, images: true, structuredOutput: true }),
  ...more,
});
const request: ChatRequest = { model: 'm', system: '', messages: [] };

describe('input and output', () => {
  it('of a tool are parsed: defaults filled in, faults named', async () => {
    const { execute } = guarded('tool', tool({}));
    expect(await execute({}, toolContext())).toEqual({ n: 1 });
    await expect(execute({ n: 'one', m: 1 }, toolContext())).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: 'The input of the tool "x" does not fit its schema: n: expected number, found "one"; unknown key "m"',
    });
    const wrong = guarded('tool', tool({ execute: async () => ({ n: 'one' }) }));
    await expect(wrong.execute({}, toolContext())).rejects.toMatchObject({
      code: 'OUTPUT_INVALID',
      message: 'What came from the tool "x" does not fit its schema: n: expected number, found "one"',
      details: { plugin: 'acme' },
    });
  });

  it('of an agent are those of its type, and the input cannot be changed', async () => {
    let input: unknown;
    const reviewer: Agent = {
      id: 'x',
      type: 'reviewer',
      execute: async (given) => {
        input = given;
        return { approved: true, findings: [{ severity: 'awful', file: 'a', message: 'b' }] } as never;
      },
    };
    const change = { base: 'a', commit: 'b', branch: 'c', files: [] };
    const plan = {
      summary: 's',
      assessment: { score: 1 },
      assumptions: [],
      tasks: [{ id: 't', title: 't', goal: 'g' }],
    };
    const { execute } = guarded('agent', reviewer);
    const call = (given: unknown) => execute(given as never, { signal: open } as AgentContext);
    await expect(call({ requirement: { task: '' } })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect(input).toBeUndefined();
    await expect(call({ requirement: { task: 'do' }, plan, change, diff: '', round: 1 })).rejects.toMatchObject({
      code: 'OUTPUT_INVALID',
      message: expect.stringContaining(
        'findings[0].severity: expected info, low, medium, high, critical, found "awful"',
      ),
    });
    expect(Object.isFrozen((input as { plan: { tasks: object[] } }).plan.tasks[0])).toBe(true);
  });

  it('of agents of a free type are JSON', async () => {
    const agent = (output: unknown) =>
      guarded('agent', { id: 'x', type: 'poet' as never, execute: async () => output } as never as Agent);
    expect(await agent({ verse: 1 }).execute({} as never, { signal: open } as AgentContext)).toEqual({ verse: 1 });
    await expect(agent(() => 1).execute({} as never, { signal: open } as AgentContext)).rejects.toMatchObject({
      code: 'OUTPUT_INVALID',
    });
  });

  it('of a memory are memories', async () => {
    const queries: unknown[] = [];
    const memory = guarded<MemoryStore>('memory', {
      name: 'x',
      store: async () => ({ id: 1 }) as never,
      recall: async (query) => (queries.push(query), []),
      get: async () => undefined,
      update: () => never(),
      forget: async () => {},
      consolidate: async () => ({ merged: 0 }),
    });
    await memory.recall({ context: 'a' });
    expect(queries).toEqual([{ context: 'a', scope: 'current', limit: 10, minConfidence: 0 }]);
    await expect(memory.recall({ context: 'a', limit: 0 })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(
      memory.store({ repoId: 'r', type: 'semantic', content: '', confidence: 1, provenance: { author: 'agent' } }),
    ).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(
      memory.store({ repoId: 'r', type: 'semantic', content: 'c', confidence: 1, provenance: { author: 'agent' } }),
    ).rejects.toMatchObject({ code: 'OUTPUT_INVALID' });
    expect(await memory.get('1')).toBeUndefined();
  });
});

describe('time', () => {
  it('of a tool is limited, and its signal says so', async () => {
    let signal: AbortSignal | undefined;
    const slow = guarded('tool', tool({ timeoutMs: 20, execute: (_input, ctx) => ((signal = ctx.signal), never()) }));
    const caught: unknown = await slow.execute({}, toolContext()).catch((error: unknown) => error);
    expect(caught).toMatchObject({
      code: 'TOOL_TIMEOUT',
      message: 'The tool "x" took longer than 0.02 s',
      details: { plugin: 'acme' },
    });
    expect(signal?.reason).toBe(caught);
  });

  it('of a sandbox is limited only where the command comes later, so that one that comes at once costs no timer', async () => {
    const slept: number[] = [];
    const over = Promise.withResolvers<void>();
    const clock: Clock = { now: () => 0, sleep: (milliseconds) => (slept.push(milliseconds), over.promise) };
    const by = { plugin: 'acme', kind: 'sandbox', name: 'x', clock } as const;
    const sandbox = (wrap: Sandbox['wrap']) =>
      guard<Sandbox>({ name: 'x', level: 'process', probe: () => never(), wrap }, guardRules.sandbox, by);
    const command: Command = { file: 'ls', args: [], cwd: '/', env: {} };
    const wrapBy = (wrap: Sandbox['wrap']) => sandbox(wrap).wrap(command, {} as SandboxPolicy);
    expect(await wrapBy((given) => given)).toEqual(command);
    expect(slept).toEqual([]);
    expect(await wrapBy(async (given) => given)).toEqual(command);
    const waiting = wrapBy(() => never());
    over.resolve();
    await expect(waiting).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE', details: { plugin: 'acme' } });
    expect(slept).toEqual([60_000, 60_000]);
  });

  const reason = forgeError('STOPPED', 'stopped by the person');
  const chat = (p: LLMProvider, signal: AbortSignal) => p.chat(request, { signal, callId: 'r/e/1' });
  const gate: HumanGate = { id: 'x', condition: () => true, request: () => never() };
  const agent = { id: 'x', type: 'poet', execute: () => never() } as never as Agent;
  const deployer: Deployer = { name: 'x', plan: () => never(), deployTo: () => never(), rollback: () => never() };
  const webhook: WebhookSender = { name: 'x', send: () => never() };
  it.each<[string, (signal: AbortSignal) => Promise<unknown>]>([
    ['a tool', (signal) => guarded('tool', tool({ execute: () => never() })).execute({}, toolContext(signal))],
    ['an agent', (signal) => guarded('agent', agent).execute({} as never, { signal } as AgentContext)],
    ['a model', (signal) => chat(guarded('llm', provider({})), signal)],
    [
      'a model that listens',
      (signal) =>
        chat(
          guarded(
            'llm',
            provider({
              chat: (_request, call) =>
                new Promise((_resolve, reject) => {
                  call.signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
                }),
            }),
          ),
          signal,
        ),
    ],
    ['a gate', (signal) => guarded('gate', gate).request({} as never, { signal })],
    [
      'a deployer',
      (signal) => guarded('deployer', deployer).rollback?.({} as never, {} as never, { signal } as never) ?? never(),
    ],
    ['a webhook', (signal) => guarded('webhook', webhook).send({} as never, { signal })],
  ])('of %s ends when the caller aborts, with the reason itself', async (_name, start) => {
    const controller = new AbortController();
    const running = start(controller.signal);
    controller.abort(reason);
    expect(await running.catch((error: unknown) => error)).toBe(reason);
    expect(await start(controller.signal).catch((error: unknown) => error)).toBe(reason);
  });
});

describe('errors', () => {
  const failing = (error: unknown) =>
    guarded('tool', tool({ execute: () => Promise.reject(error) })).execute({}, toolContext());

  it.each<[string, unknown, string]>([
    ['an Error', new TypeError('x is not a function'), 'The tool "x" failed: x is not a function'],
    ['a text', 'broken', 'The tool "x" failed: broken'],
    ['nothing', undefined, 'The tool "x" failed: undefined'],
  ])('that are %s become PLUGIN_FAULT with the plugin’s name and the cause', async (_name, error, message) => {
    const caught = (await failing(error).catch((thrown: unknown) => thrown)) as Error;
    expect(caught).toMatchObject({ code: 'PLUGIN_FAULT', message, details: { plugin: 'acme' } });
    expect(caught.cause).toBe(error);
  });

  it('of another copy of the API keep their code, message, details and stack', async () => {
    const foreign = Object.assign(new Error('no such file'), {
      name: 'ForgeError',
      code: 'FILE_NOT_FOUND',
      details: { where: 'a.ts', transient: true },
    });
    const caught = (await failing(foreign).catch((thrown: unknown) => thrown)) as Error;
    expect(caught).toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: 'no such file',
      details: { where: 'a.ts', transient: true, plugin: 'acme' },
    });
    expect(caught.stack).toBe(foreign.stack);
  });

  it('with a code that nobody knows are foreign ones', async () => {
    const foreign = Object.assign(new Error('odd'), { name: 'ForgeError', code: 'NEW_IN_3_0', details: {} });
    await expect(failing(foreign)).rejects.toMatchObject({ code: 'PLUGIN_FAULT' });
  });

  it('of a model stay what the provider says', async () => {
    const limited = forgeError('LLM_RATE_LIMITED', 'slow down', { transient: true, retryAfterMs: 2000 });
    const { chat } = guarded('llm', provider({ chat: () => Promise.reject(limited) }));
    await expect(chat(request, { signal: open, callId: 'c' })).rejects.toMatchObject({
      code: 'LLM_RATE_LIMITED',
      details: { transient: true, retryAfterMs: 2000, plugin: 'acme' },
    });
  });

  it('of the kernel pass through agents and executors untouched', async () => {
    const breaker = forgeError('BREAKER_COST', 'the budget is spent');
    const agent = guarded('agent', {
      id: 'x',
      type: 'poet' as never,
      execute: () => Promise.reject(breaker),
    } as never as Agent);
    const executor: Executor = guarded('executor', { name: 'x', execute: () => Promise.reject(breaker) });
    const failures = [
      agent.execute({} as never, { signal: open } as AgentContext),
      executor.execute({} as never, {} as never),
    ].map((running) => running.catch((error: unknown) => error));
    expect(await Promise.all(failures)).toEqual([breaker, breaker]);
    expect((await Promise.all(failures)).every((error) => error === breaker)).toBe(true);
  });

  it('of methods that answer at once are tagged, too', () => {
    const broken = guarded(
      'llm',
      provider({
        capabilities: () => {
          throw new Error('no table');
        },
      }),
    );
    expect(() => broken.capabilities('m')).toThrow(
      expect.objectContaining({ code: 'PLUGIN_FAULT', details: { plugin: 'acme' } }),
    );
  });
});

describe('a guarded contribution', () => {
  it('is called with its author’s own this, and can be changed by nobody', async () => {
    class Counter {
      readonly name = 'x';
      #published = 0;
      async publish(): Promise<void> {
        this.#published++;
      }
      subscribe(): () => void {
        return () => this.#published;
      }
    }
    const bus = guarded<EventTransport>('bus', new Counter());
    await bus.publish([]);
    expect((bus.subscribe('*', () => {}) as () => number)()).toBe(1);
    expect(Object.isFrozen(bus)).toBe(true);
  });

  it('has no more methods than its author gave: contracts say what a missing one means', () => {
    const bare = guarded('tool', tool({}));
    expect(bare.render).toBeUndefined();
    expect(bare.probe).toBeUndefined();
    expect(guarded('llm', provider({})).embed).toBeUndefined();
    const full = guarded('tool', defineTool({ ...tool({}), render: () => 'words', describe: () => 'doing' }));
    expect([full.render?.({}), full.describe?.({})]).toEqual(['words', 'doing']);
  });

  it('shows what the kernel looks at', () => {
    const { name, effect, timeoutMs, schema, description } = guarded('tool', tool({ effect: 'read', timeoutMs: 5 }));
    expect([name, effect, timeoutMs, description, typeof schema.input]).toEqual(['x', 'read', 5, 'x', 'object']);
  });
});

describe('the rules', () => {
  it('are there for every kind', () => {
    expect(Object.keys(guardRules).sort()).toEqual([...kinds].sort());
  });
});
