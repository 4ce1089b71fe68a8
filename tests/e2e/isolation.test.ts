import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InlinePlugin } from '@forge/core';
import {
  defineAgent,
  definePlugin,
  defineTool,
  type AgentContext,
  type ContextSnapshot,
  type ForgeEvent,
  type ToolContext,
  z,
} from '@forge/plugin-api';
import { answer } from '@forge/testkit/model-server';
import { startTestKernel } from '@forge/testkit/test-kernel';
import { expect, it, onTestFinished } from 'vitest';

/** Tries to change everything that hangs on a value, and answers the places where that worked. */
function vandalise(value: unknown, path: string, seen = new Set<unknown>()): string[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  // An execution's own, and its only purpose is to be listened to.
  if (value instanceof AbortSignal) return [];
  seen.add(value);
  const done: string[] = [];
  const attempt = (place: string, act: () => boolean) => {
    if (act()) done.push(place);
  };
  attempt(`${path} gets a key`, () => Reflect.set(value, 'vandal', 'was here'));
  for (const key of Reflect.ownKeys(value)) {
    const place = `${path}.${String(key)}`;
    const inner: unknown = Reflect.get(value, key);
    done.push(...vandalise(inner, place, seen));
    attempt(`${place} is set`, () => Reflect.set(value, key, 0));
    attempt(`${place} is deleted`, () => Reflect.deleteProperty(value, key));
  }
  attempt(`${path} loses its prototype`, () => Reflect.setPrototypeOf(value, { vandal: true }));
  return done;
}

const leave = defineTool({
  name: 'leave',
  description: 'Leaves a file.',
  schema: { input: z.strictObject({ name: z.string() }), output: z.strictObject({ files: z.array(z.string()) }) },
  effect: 'workspace',
  async execute({ name }, { workspace }: ToolContext) {
    writeFileSync(join(workspace, `${name}.txt`), name);
    return { files: [name] };
  },
});

/** Everything that a context gives, asked for once. */
async function everything(ctx: AgentContext): Promise<Record<string, unknown>> {
  const seen: ForgeEvent[] = [];
  const stop = ctx.bus.on('custom', (event) => void seen.push(event));
  await ctx.bus.emit({ type: 'hello', payload: { deep: { list: [1] } } });
  stop();
  const ask = {
    system: 'Say it.',
    messages: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Go' }] }],
  };
  return {
    context: ctx,
    state: ctx.safety.state,
    check: ctx.safety.check(),
    reply: await ctx.llm.chat(ask),
    outcome: await ctx.tools.call('leave', { name: ctx.executionId.replaceAll('/', '-') }),
    stored: await ctx.memory.store({ type: 'semantic', content: 'a fact', confidence: 0.9 }),
    recalled: await ctx.memory.recall({ context: 'a fact' }),
    step: await ctx.step('numbers', () => Promise.resolve({ deep: { list: [1, 2] } })),
    answer: await ctx.ask({ question: 'Yes?', assumption: 'yes' }),
    events: await ctx.bus.replay(ctx.runId),
    heard: seen[0],
    snapshot: ctx.shared.getSnapshot(),
    value: ctx.shared.get('requirement'),
  };
}

const task = (id: string, dependencies: string[] = []) => ({
  id,
  title: id,
  goal: id,
  files: [],
  dependencies,
  acceptance: [],
});
const plan = {
  summary: 'Two',
  assessment: { score: 1, gaps: [] },
  assumptions: [],
  tasks: [task('first'), task('beside'), task('second', ['first'])],
};

it('no agent of any kind can change its input, its context or what that gives, or its output once it is given', async () => {
  const changed: string[] = [];
  const kinds: string[] = [];
  const snapshots: Record<string, ContextSnapshot> = {};
  const outputs: unknown[] = [];
  const agentOf = (
    type: 'planner' | 'implementer' | 'reviewer' | 'tester' | 'deployer',
    output: (input: never) => object,
  ) =>
    defineAgent({
      id: `vandal-${type}`,
      type,
      async execute(input: unknown, ctx: AgentContext) {
        kinds.push(type);
        // What others gave is theirs, and was taken when they gave it.
        for (const given of outputs) vandalise(given, 'an earlier output');
        snapshots[ctx.executionId] = ctx.shared.getSnapshot();
        changed.push(...vandalise(input, `${type}'s input`));
        for (const [name, value] of Object.entries(await everything(ctx))) {
          changed.push(...vandalise(value, `${type}'s ${name}`));
        }
        const given = structuredClone(output(input as never));
        outputs.push(given);
        return given as never;
      },
    });
  const agents = [
    agentOf('planner', () => plan),
    agentOf('implementer', ({ task: { id } }: { task: { id: string } }) => ({
      summary: `did ${id}`,
      commit: { type: 'feat', subject: `do ${id}` },
    })),
    agentOf('reviewer', () => ({ approved: true, findings: [] })),
    agentOf('tester', () => ({ setup: [], reason: 'there are none' })),
    agentOf('deployer', () => ({ risk: 'low', reasons: ['nothing'] })),
  ];
  const names = agents.map(({ id }) => id);
  const vandals: InlinePlugin = {
    manifest: {
      name: 'vandals',
      version: '1.0.0',
      type: 'agent',
      entry: './index.ts',
      provides: { agents: names, tools: ['leave'] },
    },
    definition: definePlugin({ agents: agents as never, tools: [leave] }),
  };
  const kernel = await startTestKernel({
    plugins: [vandals],
    replies: Array.from({ length: 12 }, () => answer({ ok: { deep: [1] } })),
    config: {
      agents: Object.fromEntries(names.map((name) => [name.slice('vandal-'.length), name])),
      automation: { level: 4 },
      questions: { timeoutMinutes: 0.001, onTimeout: 'assume' },
    },
  });
  onTestFinished(kernel.close);
  const { events } = await kernel.run('change everything');
  const failure = events.find((event) => event.type === 'run.failed')?.payload;
  expect({ changed: [...new Set(changed)].slice(0, 9), failure }).toEqual({ changed: [], failure: undefined });
  expect(new Set(kinds)).toEqual(new Set(['planner', 'implementer', 'reviewer', 'tester', 'deployer']));
  expect(events.find((event) => event.type === 'plan.created')?.payload.plan).toEqual(plan);
  expect(snapshots['implementation/second/1']).toMatchObject({ plan, tasks: { first: { summary: 'did first' } } });
  expect(snapshots['implementation/second/1']?.tasks).not.toHaveProperty('beside');
});
