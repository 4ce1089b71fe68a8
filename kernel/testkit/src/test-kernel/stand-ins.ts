import type { InlinePlugin } from '@forge/core';
import {
  type ConfigLayer,
  definePlugin,
  type Deployer,
  type Executor,
  type Json,
  type Sandbox,
} from '@forge/plugin-api';
import { createMemoryBus } from '../fakes/memory-bus.ts';
import { createMemoryMemoryStore } from '../fakes/memory-memory-store.ts';
import { createMemoryRunStore } from '../fakes/memory-run-store/memory-run-store.ts';
import type { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { scriptedAgentName, scriptedAgents } from './scripted-agents.ts';

const direct: Executor = {
  name: 'direct',
  execute: async ({ agent, input }, { context, resolveAgent }) =>
    (await (await resolveAgent(agent)).execute(input as never, context)) as Json,
};

const none: Sandbox = {
  name: 'none',
  level: 'process',
  probe: async () => ({ ok: true, detail: 'confines nothing' }),
  wrap: (command) => command,
};

const branch: Deployer = {
  name: 'branch',
  plan: async ({ change }) => ({ stages: [{ name: 'branch', description: `Makes ${change.branch}` }] }),
  deployTo: async (_, __, ctx) => ({ location: (await ctx.deliverBranch()).branch }),
};

/** One plugin with the simplest of everything that a run needs beside the plugin under test. */
export function standIns(model: ScriptedProvider): InlinePlugin {
  return {
    manifest: {
      name: 'stand-ins',
      version: '1.0.0',
      type: 'bundle',
      entry: './none.js',
      provides: {
        agents: scriptedAgents.map(({ id }) => id),
        llms: [model.name],
        stores: ['memory'],
        memories: ['memory'],
        buses: ['memory'],
        executors: ['direct'],
        sandboxes: ['none'],
        deployers: ['branch'],
      },
    },
    definition: definePlugin({
      setup: ({ clock }) => ({
        agents: scriptedAgents,
        llms: [model],
        stores: [createMemoryRunStore()],
        memories: [createMemoryMemoryStore(clock)],
        buses: [createMemoryBus()],
        executors: [direct],
        sandboxes: [none],
        deployers: [branch],
      }),
    }),
  };
}

/** Chooses the stand-ins for everything. */
export function standInConfig(model: ScriptedProvider): ConfigLayer {
  return {
    agents: {
      planner: scriptedAgentName('planner'),
      implementer: scriptedAgentName('implementer'),
      reviewer: scriptedAgentName('reviewer'),
      tester: scriptedAgentName('tester'),
      deployer: scriptedAgentName('deployer'),
    },
    llm: { provider: model.name },
    store: 'memory',
    memory: 'memory',
    bus: 'memory',
    executor: 'direct',
    sandbox: { use: 'none' },
    deployment: { deployer: 'branch' },
    gates: [],
  };
}
