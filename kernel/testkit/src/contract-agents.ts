import { type Agent, type AgentType, forgeError, z } from '@forge/plugin-api';

type Behaviour = (input: unknown, ctx: Parameters<Agent['execute']>[1]) => Promise<unknown>;

const hello = {
  system: '',
  messages: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hello' }] }],
};

const behaviours: Readonly<Record<string, Behaviour>> = {
  echo: async (input, { runId, executionId }) => ({ input, runId, executionId }),
  'asks the model': async (_, { llm }) => (await llm.chat(hello)).content,
  'asks for an object': async (_, { llm }) =>
    llm.object({ ...hello, name: 'answer', schema: z.object({ size: z.string().transform(Number) }) }),
  'calls a tool': async (_, { tools }) => tools.call('fs_read', { path: 'a.ts' }),
  'says what it has': async (_, { tools, llm, shared }) => ({
    tools: tools.specs,
    capabilities: llm.capabilities,
    shared: shared.getSnapshot(),
    task: shared.get<{ readonly task: string }>('requirement')?.task,
  }),
  'does all at once': async (_, ctx) => {
    ctx.progress('begins');
    await Promise.all([
      ctx.note('all at once', 'it can'),
      ctx.memory.recall({ context: 'anything' }),
      ctx.llm.chat(hello),
      ctx.step('one', async () => 1),
      ctx.tools.call('fs_read', { path: 'a.ts' }),
      ctx.ask({ question: 'Which one?' }),
      ctx.bus.emit({ type: 'mine', payload: { a: 1 } }),
    ]);
    return 'done';
  },
  'takes a step': async (input, { step }) => step('guess', async () => ({ guessed: input as string })),
  'fails in a step': async (_, { step }) => {
    const thrown = Object.assign(new RangeError('too far'), { by: 3 });
    const caught = await step('far', async () => Promise.reject(thrown)).catch((error: unknown) => error);
    return caught === thrown;
  },
  'looks at its limits': async (_, { llm, safety }) => {
    const seen = [safety.state.iterations, safety.check().shouldBreak];
    await llm.chat(hello);
    return [...seen, safety.state.iterations, safety.check().reason];
  },
  listens: async (_, { bus, tools }) => {
    const heard: unknown[] = [];
    const stop = bus.on('tool.*', (event) => void heard.push(event));
    await tools.call('fs_read', { path: 'a.ts' });
    stop();
    await tools.call('fs_read', { path: 'b.ts' });
    return heard;
  },
  fails: async () => {
    throw forgeError('PLAN_INVALID', 'The plan has a circle', { fix: 'cut it', data: { tasks: ['a', 'b'] } });
  },
  'throws something': async () => {
    throw new TypeError('x is not a function');
  },
  'never ends': () => new Promise(() => {}),
};

/**
 * Agents for trying executors. One that runs somewhere else resolves them there, by name. They are of no type that the
 * kernel knows, so nothing checks what goes in and comes out.
 */
export const contractAgents: Readonly<Record<string, Agent>> = Object.fromEntries(
  Object.entries(behaviours).map(([id, execute]) => [
    id,
    { id, type: 'contract' as AgentType, execute: execute as Agent['execute'] },
  ]),
);
