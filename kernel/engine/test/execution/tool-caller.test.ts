import { defineTool, type EventPayload, type EventType, type JsonObject, type Tool, z } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/execution/budget.ts';
import { createCircuits } from '../../src/execution/circuits.ts';
import { createFolderInstructions } from '../../src/execution/folder-instructions.ts';
import { Journal } from '../../src/execution/journal.ts';
import { createToolCaller } from '../../src/execution/tool-caller.ts';
import { applyEvent } from '../../src/run/fold-events.ts';
import { initialState, type RunState } from '../../src/run/run-state.ts';

const executionId = 'implementation/task/1';

/** AGENTS.md of folders in the repository. */
const rules: Readonly<Record<string, string>> = {
  'given/AGENTS.md': 'Known from the input.',
  'web/AGENTS.md': 'Tabs.',
  'web/app/AGENTS.md': 'Spaces.',
};

type Told = Awaited<ReturnType<Parameters<typeof createToolCaller>[0]['askOutcome']>>;

/** One execution whose log outlives its process: `crashAt` is the crash point at which that process ends. */
function execution(
  tools: readonly Tool[],
  state: RunState = initialState(),
  crashAt?: string,
  maxToolCalls = 100,
  person: () => Promise<Told> = () => Promise.reject(new Error('nobody is there')),
) {
  const log: string[] = [];
  const dead = Promise.withResolvers<never>();
  dead.promise.catch(() => undefined);
  let isDead = false;
  const emit = async <T extends EventType>(type: T, payload: EventPayload<T>) => {
    if (isDead) return dead.promise;
    log.push(`${type} ${JSON.stringify(payload)}`);
    const event = { type, payload, executionId, seq: state.seq + 1 } as never;
    applyEvent(state, event);
    return event;
  };
  const workspace = {
    async snapshot(name: string, paths?: readonly string[]) {
      log.push(`snapshot ${name} ${paths?.join() ?? 'of everything'}`);
    },
    async restore(name: string) {
      log.push(`restore ${name}`);
    },
  };
  const instructions = createFolderInstructions({
    files: async () => Object.keys(rules),
    given: ['given/x.ts'],
    read: async (path) => rules[path],
  });
  const clock = { now: () => 0, sleep: async () => undefined };
  const caller = createToolCaller({
    tools,
    specs: [],
    callPrefix: `run/${executionId}`,
    budget: new Budget({
      name: 'the execution',
      limits: {
        toolCalls: { max: maxToolCalls, setting: 'safety.maxToolCalls' },
        usd: { max: 1, setting: 'safety.budgetUsd' },
      },
      spent: { toolCalls: state.executions[executionId]?.toolCalls },
    }),
    circuits: createCircuits(clock),
    breakers: { beforeCall() {}, afterToolCall: () => undefined } as never,
    journal: new Journal(executionId, state.executions[executionId], clock),
    emit: Object.assign(emit, { soon: emit, durable: async () => undefined }) as never,
    clock,
    blobs: {} as never,
    mask: (text) => text,
    signal: new AbortController().signal,
    holdLease: async () => undefined,
    beforeStep() {},
    crashPoint(name) {
      if (name !== crashAt) return;
      isDead = true;
      throw new Error('dead');
    },
    instructions,
    workspace: async () => workspace,
    async askOutcome({ tool, why }) {
      log.push(`asked about ${tool}${why === undefined ? '' : `: ${why}`}`);
      return person();
    },
    context: async (idempotencyKey, _signal, spend) => ({ idempotencyKey, spend }) as never,
  });
  return { call: caller.call, log, state };
}

const input = z.strictObject({ path: z.string() });
const write = (more: Partial<Tool> = {}): Tool => ({
  ...(defineTool({
    name: 'write',
    description: 'Writes a file.',
    schema: { input, output: z.string() },
    effect: 'workspace',
    execute: async ({ path }) => `wrote ${path}`,
  }) as Tool),
  ...more,
});

describe('the limit of tool calls', () => {
  it('is reached after exactly so many, and a call that was cut by a crash counts once', async () => {
    const { call, state } = execution([write()], initialState(), 'tool.ran', 2);
    await expect(call('write', { path: 'a' })).rejects.toThrow('dead');
    const again = execution([write()], state, undefined, 2);
    await expect(again.call('write', { path: 'a' })).resolves.toMatchObject({ ok: true });
    await expect(again.call('write', { path: 'b' })).resolves.toMatchObject({ ok: true });
    await expect(again.call('write', { path: 'c' })).rejects.toMatchObject({ code: 'BREAKER_TOOL_CALLS' });
  });
});

describe('a call that changes the workspace', () => {
  it('is announced with the snapshot that it goes back to when it was cut', async () => {
    const { call, log, state } = execution([write()], initialState(), 'tool.ran');
    await expect(call('write', { path: 'a' })).rejects.toThrow('dead');
    expect(log[0]).toBe('snapshot 1 of everything');
    expect(log[1]).toContain('"snapshot":"1"');

    const again = execution([write()], state);
    await expect(again.call('write', { path: 'a' })).resolves.toMatchObject({ ok: true, text: 'wrote a' });
    expect(again.log.map((line) => line.split(' ', 1)[0])).toEqual(['restore', 'tool.repeated', 'tool.result']);
    expect(again.log[0]).toBe('restore 1');

    const third = execution([write()], state);
    await expect(third.call('write', { path: 'a' })).resolves.toMatchObject({ text: 'wrote a' });
    expect(third.log).toEqual([]);
  });

  const SAYINGS: readonly { name: string; touches: Tool['touches']; kept: string; with?: JsonObject }[] = [
    { name: 'names files', touches: (call) => [(call as { path: string }).path, 'b'], kept: 'a,b' },
    {
      name: 'fails to say',
      touches: () => {
        throw new Error('no');
      },
      kept: 'of everything',
    },
    { name: 'does not know', touches: () => undefined, kept: 'of everything' },
    { name: 'is given what it does not take', touches: () => ['b'], kept: 'of everything', with: { path: 1 } },
  ];
  it.each(SAYINGS)('keeps what it may change when it $name', async ({ touches, kept, with: given = { path: 'a' } }) => {
    const { call, log } = execution([write(touches === undefined ? {} : { touches })]);
    await call('write', given);
    expect(log[0]).toBe(`snapshot 1 ${kept}`);
  });

  it('is one that reads when it touches nothing: nothing is kept before it, and a cut one runs again', async () => {
    const harmless = write({ touches: () => [] });
    const { call, log, state } = execution([harmless], initialState(), 'tool.ran');
    await expect(call('write', { path: 'a' })).rejects.toThrow('dead');
    expect(log[0]).toContain('"effect":"read"');

    const again = execution([harmless], state);
    await expect(again.call('write', { path: 'a' })).resolves.toMatchObject({ ok: true, text: 'wrote a' });
    expect(again.log.map((line) => line.split(' ', 1)[0])).toEqual(['tool.repeated', 'tool.result']);
  });

  it('runs alone among those of its execution, in the order of the calls, beside what reads', async () => {
    const running: string[] = [];
    const gates = new Map<string, PromiseWithResolvers<void>>();
    const slow = (name: string, effect: 'workspace' | 'read') =>
      write({
        name,
        effect,
        async execute(given) {
          const { path } = given as { path: string };
          running.push(path);
          const gate = Promise.withResolvers<void>();
          gates.set(path, gate);
          await gate.promise;
          return path;
        },
      });
    const { call, log } = execution([slow('write', 'workspace'), slow('read', 'read')]);
    const all = [call('write', { path: 'a' }), call('write', { path: 'b' }), call('read', { path: 'c' })];
    await new Promise((resolve) => setImmediate(resolve));
    expect(running).toEqual(['c', 'a']);
    gates.get('a')?.resolve();
    await all[0];
    await new Promise((resolve) => setImmediate(resolve));
    expect(running).toEqual(['c', 'a', 'b']);
    for (const gate of gates.values()) gate.resolve();
    await Promise.all(all);
    expect(log.filter((line) => line.startsWith('snapshot'))).toHaveLength(2);
    expect(log.findIndex((line) => line.startsWith('snapshot 2'))).toBeGreaterThan(
      log.findIndex((line) => line.startsWith('tool.result {"ordinal":1')),
    );
  });

  it('is not guessed at when an older Forge kept nothing before it', async () => {
    const { state } = execution([]);
    const payload = { ordinal: 1, tool: 'write', input: { path: 'a' }, inputHash: '', effect: 'workspace' };
    const first = execution([write()], state, 'tool.announced');
    await expect(first.call('write', { path: 'a' })).rejects.toThrow('dead');
    const entry = state.executions[executionId]?.journal[1];
    if (entry?.kind !== 'tool') throw new Error('no entry');
    const { snapshot: _none, ...intent } = entry.intent;
    entry.intent = { ...intent, ...payload, inputHash: entry.hash };
    await expect(execution([write()], state).call('write', { path: 'a' })).rejects.toMatchObject({
      code: 'JOURNAL_VERSION',
    });
  });
});

describe('a call whose outcome only its effect decides', () => {
  const says = (carriedOut: boolean) => async () => ({ carriedOut, by: 'ann' });
  const gone = 'Forge was interrupted during this call. ann looked and says that it was carried out.';
  const ENDS: readonly {
    name: string;
    tool: Partial<Tool>;
    person?: () => Promise<Told>;
    did: readonly string[];
    text: string;
  }[] = [
    { name: 'read: it runs again', tool: { effect: 'read' }, did: ['tool.repeated', 'tool.result'], text: 'wrote a' },
    { name: 'keyed: it runs again', tool: { effect: 'keyed' }, did: ['tool.repeated', 'tool.result'], text: 'wrote a' },
    {
      name: 'keyed, and the probe found it: its output is known',
      tool: { effect: 'keyed', probe: async () => ({ done: true, output: 'found' }) },
      did: ['tool.result'],
      text: 'found',
    },
    {
      name: 'once, and the probe found it: its output is known',
      tool: { effect: 'once', probe: async () => ({ done: true, output: 'found' }) },
      did: ['tool.result'],
      text: 'found',
    },
    {
      name: 'once, and the probe found nothing: it runs again',
      tool: { effect: 'once', probe: async () => ({ done: false }) },
      did: ['tool.repeated', 'tool.result'],
      text: 'wrote a',
    },
    {
      name: 'once, and a person saw it done: it does not run again, and nothing is made up',
      tool: { effect: 'once' },
      person: says(true),
      did: ['asked about write', 'tool.result'],
      text: `${gone} What it gave is not known. Do not make it again.`,
    },
    {
      name: 'once, and a person saw it not done: it runs',
      tool: { effect: 'once' },
      person: says(false),
      did: ['asked about write', 'tool.repeated', 'tool.result'],
      text: 'wrote a',
    },
    {
      name: 'once, and the probe fails: a person is asked',
      tool: { effect: 'once', probe: async () => Promise.reject(new Error('no network')) },
      person: says(false),
      did: ['asked about write: no network', 'tool.repeated', 'tool.result'],
      text: 'wrote a',
    },
    {
      name: 'nothing said, which is once: a person is asked',
      tool: { effect: undefined } as never,
      person: says(false),
      did: ['asked about write', 'tool.repeated', 'tool.result'],
      text: 'wrote a',
    },
  ];
  it.each(ENDS)('$name', async ({ tool, person, did, text }) => {
    const first = execution([write(tool)], initialState(), 'tool.ran');
    await expect(first.call('write', { path: 'a' })).rejects.toThrow('dead');
    const { state } = first;
    const again = execution([write(tool)], state, undefined, 100, person);
    const outcome = await again.call('write', { path: 'a' });
    expect(outcome).toMatchObject({ ok: true, text });
    expect(again.log.map((line) => line.replace(/ \{.*/, ''))).toEqual(did);
    // The third process answers from the journal, and answers the same.
    const third = execution([write(tool)], state);
    expect(await third.call('write', { path: 'a' })).toEqual(outcome);
    expect(third.log).toEqual([]);
  });

  it('stays open while nobody says', async () => {
    const once = write({ effect: 'once' });
    const first = execution([once], initialState(), 'tool.ran');
    await expect(first.call('write', { path: 'a' })).rejects.toThrow('dead');
    for (const _again of [1, 2]) {
      const { call, log } = execution([once], first.state);
      await expect(call('write', { path: 'a' })).rejects.toThrow('nobody is there');
      expect(log).toEqual(['asked about write']);
    }
  });
});

describe('the AGENTS.md of folders', () => {
  const named = { touches: (call: unknown) => [(call as { path: string }).path] };
  const told = async (call: ReturnType<typeof execution>['call'], path: string) =>
    [...(await call('write', { path })).text.matchAll(/^\[(\S+): for files/gm)].map(([, file]) => file);

  it('come with the first outcome of work below them, the nearest last, and once', async () => {
    const { call } = execution([write(named)]);
    expect(await told(call, 'README.md')).toEqual([]);
    expect(await told(call, 'webs/a.ts')).toEqual([]);
    expect(await told(call, 'web/a.ts')).toEqual(['web/AGENTS.md']);
    expect(await told(call, './web/app/deep/b.ts')).toEqual(['web/app/AGENTS.md']);
    expect(await told(call, 'web/app/c.ts')).toEqual([]);
    expect(await told(call, 'given/x/y.ts')).toEqual([]);
  });

  it('are said to be conventions that lift no limit', async () => {
    const { text } = await execution([write(named)]).call('write', { path: 'web/a.ts' });
    expect(text).toMatch(/^wrote web\/a.ts\n\n.*cannot change your task.*\n\n\[web\/AGENTS.md:.*\]\nTabs\.$/s);
  });

  it('are the same after a restart, and are not given again', async () => {
    const first = execution([write(named)]);
    const outcome = await first.call('write', { path: 'web/a.ts' });
    const again = execution([write(named)], first.state);
    expect(await again.call('write', { path: 'web/a.ts' })).toEqual(outcome);
    expect(await told(again.call, 'web/b.ts')).toEqual([]);
  });

  it('do not come with a call that failed, nor with one that does not say where it works', async () => {
    const failing = write({ ...named, execute: () => Promise.reject(new Error('no')) });
    expect(await told(execution([failing]).call, 'web/a.ts')).toEqual([]);
    expect(await told(execution([write()]).call, 'web/a.ts')).toEqual([]);
  });
});

describe('what a tool has paid for', () => {
  const usage = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 1 };
  const paying = (costUsd: number | undefined, ends: () => string = () => 'done') =>
    write({
      async execute(_, ctx) {
        ctx.spend({ provider: 'acme', model: 'x', usage, costUsd });
        ctx.spend({ provider: 'acme', model: 'x', usage, costUsd });
        return ends();
      },
    });
  const spentIn = (log: readonly string[]) =>
    log.filter((line) => line.startsWith('tool.result')).map((line) => JSON.parse(line.slice(12)).spent as unknown);
  const twice = { inputTokens: 20, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 2 };

  it('stands in its result, as one sum', async () => {
    const { call, log } = execution([paying(0.25)]);
    await call('write', { path: 'a' });
    expect(spentIn(log)).toEqual([{ provider: 'acme', model: 'x', usage: twice, costUsd: 0.5 }]);
  });

  it('is paid for when the call fails, too, and no price is made up', async () => {
    const failing = paying(undefined, () => {
      throw new Error('no');
    });
    const { call, log } = execution([failing]);
    expect(await call('write', { path: 'a' })).toMatchObject({ ok: false });
    expect(spentIn(log)).toEqual([{ provider: 'acme', model: 'x', usage: twice }]);
  });

  it('adds up in the state, and in the budget of whoever pays', async () => {
    const { call, state } = execution([paying(0.4)]);
    await call('write', { path: 'a' });
    await call('write', { path: 'b' });
    expect(state.executions[executionId]).toMatchObject({ spentUsd: 1.6, tokens: 64 });
    expect(state.unknownPrice).toBe(false);
  });
});
