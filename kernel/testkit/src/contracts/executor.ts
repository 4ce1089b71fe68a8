import assert from 'node:assert/strict';
import {
  type AgentContext,
  createObjectCall,
  type ExecutionHost,
  type ExecutionJob,
  type Executor,
  type ForgeEvent,
  forgeError,
  isForgeError,
  type Json,
} from '@forge/plugin-api';
import { contractAgents } from '../contract-agents.ts';
import { createAgentContext } from '../fakes/agent-context.ts';
import { say } from '../model-server/reply.ts';
import type { ContractCase, ContractOptions } from './contract-case.ts';
import { registerContract } from './register-contract.ts';
import { refusal, rejection } from './rejection.ts';

export interface ExecutorSubject {
  /** Resolves agents by name among `contractAgents`, wherever it runs them. */
  readonly executor: Executor;
  /** For an executor that runs them elsewhere: how it finds them there. */
  readonly elsewhere?: Pick<ExecutionHost, 'locateAgent' | 'workerCommand'>;
}

const job = (agent: string, input: Json = { task: 'limit' }, executionId = 'planning/1'): ExecutionJob => ({
  runId: 'run',
  executionId,
  agent,
  input,
});

type Given = Parameters<typeof createAgentContext>[0] & { readonly context?: Partial<AgentContext> };

function host({ elsewhere }: ExecutorSubject, { context = {}, ...options }: Given = {}): ExecutionHost {
  const nowhere = () => Promise.reject(forgeError('UNSUPPORTED', 'This subject names no place elsewhere'));
  return {
    context: { ...createAgentContext(options), ...context },
    async resolveAgent(name) {
      const agent = contractAgents[name];
      if (agent === undefined) throw forgeError('CONTRIBUTION_NOT_FOUND', `There is no agent "${name}"`);
      return agent;
    },
    locateAgent: nowhere,
    workerCommand: nowhere,
    ...elsewhere,
  };
}

export const executorCases: readonly ContractCase<ExecutorSubject>[] = [
  {
    name: 'gives what the agent gives for the input and its context',
    async run(subject) {
      const input = { task: 'limit', list: [1, null, 'NUL \0'] };
      const output = await subject.executor.execute(job('echo', input), host(subject));
      assert.deepEqual(output, { input, runId: 'run', executionId: 'planning/1' });
    },
  },
  {
    name: 'what the agent asks of its context is answered by the host',
    async run(subject) {
      const model = await subject.executor.execute(job('asks the model'), host(subject, { replies: [say('Hi.')] }));
      assert.deepEqual(model, [{ type: 'text', text: 'Hi.' }]);
      const callTool = async (name: string) => ({ ok: true, text: `result of ${name}` });
      const tool = await subject.executor.execute(job('calls a tool'), host(subject, { callTool }));
      assert.deepEqual(tool, { ok: true, text: 'result of fs_read' });
    },
  },
  {
    name: "an object is checked with the agent's own schema, and asked for again when it does not fit",
    async run(subject) {
      const replies = [say('{"size": 4}'), say('{"size": "3"}')];
      const { chat } = createAgentContext({ replies }).llm;
      const llm = { ...createAgentContext().llm, chat, object: createObjectCall(chat) };
      const given = host(subject, { context: { llm } });
      assert.deepEqual(await subject.executor.execute(job('asks for an object'), given), { size: 3 });
    },
  },
  {
    name: 'tools, model and what is shared are those of the host',
    async run(subject) {
      const tools = [{ name: 'look', description: 'Looks', inputSchema: { type: 'object' } }];
      const requirement = { task: 'Count', constraints: [], acceptanceCriteria: [], images: [] };
      const given = host(subject, { tools, shared: { requirement } });
      const { capabilities } = given.context.llm;
      const shared = given.context.shared.getSnapshot();
      const output = await subject.executor.execute(job('says what it has'), given);
      assert.deepEqual(output, JSON.parse(JSON.stringify({ tools, capabilities, shared, task: 'Count' })));
    },
  },
  {
    name: 'calls made at once reach the host in the order in which the agent makes them',
    async run(subject) {
      const context = createAgentContext({ replies: [say('Hi.')], answers: [{ answer: 'this', by: 'person' }] });
      const progress: unknown[] = [];
      const given = host(subject, {
        context: { ...context, progress: (message) => void progress.push(message, context.calls.length) },
      });
      assert.equal(await subject.executor.execute(job('does all at once'), given), 'done');
      const order = context.calls.map(({ kind }) => kind);
      assert.deepEqual(order, ['note', 'recall', 'chat', 'step', 'tool', 'ask', 'emit']);
      assert.deepEqual(progress, ['begins', 0]);
    },
  },
  {
    name: 'a step gives what the agent does in it, and the host hears of it',
    async run(subject) {
      const results: unknown[] = [];
      const step: AgentContext['step'] = async (name, fn) => {
        const result = await fn();
        results.push(name, result);
        return result;
      };
      const output = await subject.executor.execute(job('takes a step', 'seven'), host(subject, { context: { step } }));
      assert.deepEqual([output, results], [{ guessed: 'seven' }, ['guess', { guessed: 'seven' }]]);
    },
  },
  {
    name: 'a step that the host knows is not taken again',
    async run(subject) {
      const step = (async () => ({ guessed: 'before' })) as unknown as AgentContext['step'];
      const output = await subject.executor.execute(job('takes a step', 'again'), host(subject, { context: { step } }));
      assert.deepEqual(output, { guessed: 'before' });
    },
  },
  {
    name: "what the agent's own code throws in a step comes back to it as it was",
    async run(subject) {
      assert.equal(await subject.executor.execute(job('fails in a step'), host(subject)), true);
    },
  },
  {
    name: 'the agent sees what a call has cost as soon as it has the answer',
    async run(subject) {
      const context = createAgentContext({ replies: [say('Hi.')] });
      let iterations = 0;
      const safety: AgentContext['safety'] = {
        get state() {
          return { costUsd: 0, tokens: 0, iterations, toolCalls: 0, elapsedMs: 0 };
        },
        check: () => (iterations > 0 ? { shouldBreak: true, reason: 'enough' } : { shouldBreak: false }),
      };
      const chat: AgentContext['llm']['chat'] = async (request) => {
        const reply = await context.llm.chat(request);
        iterations += 1;
        return reply;
      };
      const given = host(subject, { context: { safety, llm: { ...context.llm, chat } } });
      const output = await subject.executor.execute(job('looks at its limits'), given);
      assert.deepEqual(output, [0, false, 1, 'enough']);
    },
  },
  {
    name: 'events of the run reach an agent that listens, before the answer of the call that caused them',
    async run(subject) {
      const listeners = new Map<(event: ForgeEvent) => unknown, string>();
      const bus: AgentContext['bus'] = {
        ...createAgentContext().bus,
        on(type, handler) {
          listeners.set(handler, type);
          return () => void listeners.delete(handler);
        },
      };
      const callTool = async (_: string, { path }: { readonly path?: Json | undefined }) => {
        const event = { type: 'tool.result', payload: { path } } as unknown as ForgeEvent;
        for (const listener of listeners.keys()) listener(event);
        return { ok: true, text: '' };
      };
      const output = await subject.executor.execute(job('listens'), host(subject, { callTool, context: { bus } }));
      assert.deepEqual(output, [{ type: 'tool.result', payload: { path: 'a.ts' } }]);
      assert.equal(listeners.size, 0);
    },
  },
  {
    name: 'what the host refuses reaches the caller with its code',
    async run(subject) {
      await refusal(subject.executor.execute(job('asks the model'), host(subject, { replies: [] })), 'LLM_BAD_REQUEST');
    },
  },
  {
    name: "the agent's error arrives with code, message and details",
    async run(subject) {
      const error = await refusal(subject.executor.execute(job('fails'), host(subject)), 'PLAN_INVALID');
      assert.equal(error.message, 'The plan has a circle');
      assert.deepEqual([error.details.fix, error.details.data], ['cut it', { tasks: ['a', 'b'] }]);
    },
  },
  {
    name: 'an error that is not of Forge keeps its words',
    async run(subject) {
      const error = await rejection(subject.executor.execute(job('throws something'), host(subject)));
      assert.match(String((error as Error).message), /x is not a function/);
    },
  },
  {
    name: 'an agent that is not there is the error of the host',
    async run(subject) {
      await refusal(subject.executor.execute(job('nobody'), host(subject)), 'CONTRIBUTION_NOT_FOUND');
    },
  },
  {
    name: 'an execution that is over before it began does not begin',
    async run(subject) {
      const reason = new Error('stopped');
      const given = host(subject, { signal: AbortSignal.abort(reason) });
      const asked: string[] = [];
      const watched: ExecutionHost = {
        ...given,
        resolveAgent(name) {
          asked.push(name);
          return given.resolveAgent(name);
        },
        locateAgent(name) {
          asked.push(name);
          return given.locateAgent(name);
        },
      };
      assert.equal(await rejection(subject.executor.execute(job('echo'), watched)), reason);
      assert.deepEqual(asked, []);
    },
  },
  {
    name: 'an agent that does not listen to the signal is left, with its reason',
    async run(subject) {
      const abort = new AbortController();
      const executing = rejection(subject.executor.execute(job('never ends'), host(subject, { signal: abort.signal })));
      await new Promise((resolve) => setImmediate(resolve));
      const reason = forgeError('STOPPED', 'stopped');
      abort.abort(reason);
      assert.ok(isForgeError(await executing, 'STOPPED'));
    },
  },
  {
    name: 'executions at once do not mix',
    async run(subject) {
      const ids = ['implementation/a/1', 'implementation/b/1', 'implementation/c/1'];
      const outputs = await Promise.all(
        ids.map((executionId) =>
          subject.executor.execute(job('echo', { executionId }, executionId), host(subject, { executionId })),
        ),
      );
      for (const [index, executionId] of ids.entries()) {
        assert.deepEqual(outputs[index], { input: { executionId }, runId: 'run', executionId });
      }
    },
  },
  {
    name: 'one execution that fails harms no other',
    async run(subject) {
      const [bad, good] = await Promise.allSettled([
        subject.executor.execute(job('fails'), host(subject)),
        subject.executor.execute(job('echo'), host(subject)),
      ]);
      assert.deepEqual([bad.status, good.status], ['rejected', 'fulfilled']);
    },
  },
];

/** Registers the contract of `Executor`. */
export function executorContract(options: ContractOptions<ExecutorSubject>): void {
  registerContract('executor', executorCases, options);
}
