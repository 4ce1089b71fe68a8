import { type Agent, type AgentContext, defineAgent, runToolLoop, testingOutputSchema } from '@forge/plugin-api';
import { describe, expect, test } from 'vitest';
import { agentCases, agentContract, failingCases, only } from '../../src/contracts/index.ts';
import { createAgentContext } from '../../src/fakes/index.ts';
import { answer, callTool } from '../../src/model-server/index.ts';

const output = { test: { command: ['npm', 'test'], directory: '.', runner: 'npm' }, setup: [], reason: 'package.json' };

const right = defineAgent({
  id: 'test-finder',
  type: 'tester',
  execute: (input, ctx) =>
    runToolLoop(ctx, {
      system: 'Find the tests.',
      opening: [{ type: 'text', text: input.requirement.task }],
      answer: { name: 'tests', schema: testingOutputSchema },
    }),
});

const subjectOf = (agent: Agent) => ({
  agent,
  input: {
    requirement: { task: 'limit', constraints: [], acceptanceCriteria: [], images: [] },
    project: { files: [], fileCount: 0, languages: {}, manifests: {}, readme: '', instructions: '' },
    change: { base: 'a', commit: 'b', branch: 'c', files: [] },
  },
  context: () =>
    createAgentContext({
      tools: [{ name: 'fs_read', description: 'Reads', inputSchema: { type: 'object' } }],
      replies: [callTool('fs_read', { path: 'package.json' }), answer(output)],
    }),
});

agentContract({ name: 'a tool loop', create: () => subjectOf(right) });

let executions = 0;

const wrong: readonly { readonly fault: string; readonly caughtBy: string; readonly make: Partial<Agent> }[] = [
  {
    fault: 'answers something else than its type',
    caughtBy: 'its output fits its type',
    make: { execute: async () => ({ tests: 'npm test' }) as never },
  },
  {
    fault: 'keeps state between executions',
    caughtBy: 'the same answers lead to the same calls and the same output, so that it can be resumed',
    make: {
      execute: async (input, ctx) => ({ ...(await right.execute(input as never, ctx)), reason: `${executions++}` }),
    },
  },
  {
    fault: 'calls in an order that depends on something else',
    caughtBy: 'the same answers lead to the same calls and the same output, so that it can be resumed',
    make: {
      async execute(input, ctx) {
        await ctx.note(`execution ${executions++}`, 'to know');
        return right.execute(input as never, ctx);
      },
    },
  },
  {
    fault: 'changes its input',
    caughtBy: 'its output fits its type',
    make: {
      async execute(input: { requirement: { task: string } }, ctx: AgentContext) {
        input.requirement.task = 'something else';
        return right.execute(input as never, ctx);
      },
    },
  },
  {
    fault: 'gives a result of its own when it has to wait',
    caughtBy: 'when the run has to wait or stop, it ends with that error and not with a result of its own',
    make: {
      execute: (input, ctx) => right.execute(input as never, ctx).catch(() => ({ setup: [], reason: 'no idea' })),
    },
  },
  {
    fault: 'has a type that nobody knows',
    caughtBy: 'its id is one word, and its type is a known one',
    make: { type: 'x' as never },
  },
];

describe('the agent contract catches an agent that', () => {
  test.each(wrong)('$fault', async ({ make, caughtBy }) => {
    expect(await failingCases(only(agentCases, caughtBy), () => subjectOf({ ...right, ...make } as Agent))).toEqual([
      caughtBy,
    ]);
  });
});
