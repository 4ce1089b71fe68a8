import { readFileSync } from 'node:fs';
import { createEngine, type Engine, type RunDeps } from '@forge/engine';
import { type Executor, type Json, type ResolvedConfig, type RunStore, type Sandbox } from '@forge/plugin-api';
import { createFaultStore, createMemoryBus } from '@forge/testkit/fakes';
import { simAgents } from './sim-agents.ts';
import { createSimGround } from './sim-ground.ts';
import { createSimModel } from './sim-model.ts';
import type { SimProcess } from './sim-process.ts';
import { simTools } from './sim-tools.ts';
import type { SimWorld } from './sim-world.ts';

/** What is not exported, because it is the repository's or the host's own. */
const at = (path: string) => new URL(`../../../${path}`, import.meta.url);
const defaults = JSON.parse(readFileSync(at('config/defaults.json'), 'utf8')) as ResolvedConfig;
const load = async (file: string): Promise<unknown> => import(at(`kernel/core/src/guards/${file}`).href);
const [{ guard }, { guardRules }] = (await Promise.all([load('guard.ts'), load('rules.ts')])) as [
  { guard<T>(contribution: T, rule: unknown, by: object): T },
  { readonly guardRules: { readonly store: unknown } },
];

const silent = { debug() {}, info() {}, warn() {}, error() {} };

const direct: Executor = {
  name: 'direct',
  execute: async ({ agent, input }, { context, resolveAgent }) =>
    (await (await resolveAgent(agent)).execute(input as never, context)) as Json,
};

const open: Sandbox = {
  name: 'none',
  level: 'process',
  probe: async () => ({ ok: true, detail: '' }),
  wrap: (command) => command,
};

/** The real engine as it runs in one process of the simulation. */
export function createSimEngine(world: SimWorld, process: SimProcess): Engine {
  const store = guarded(process, reachedBy(process, faulty(world, process)));
  const model = createSimModel(world, process);
  const agents = simAgents(world);
  const tools = simTools(world, process);
  const deps: RunDeps = {
    config: configOf(world),
    forgeVersion: '0.0.0',
    clock: process.clock,
    random: world.random,
    newId: world.newId,
    log: silent,
    mask: (text) => text,
    stateDirectory: '/simulated/.forge',
    env: {},
    repositoryId: 'simulated',
    userName: 'person',
    allowRules: () => [],
    owner: process.owner,
    isAlive: ({ id }) => !world.knowsTheDead || world.processes.get(id)?.isAlive === true,
    crashPoint: () => undefined,
    store: async () => store,
    bus: async () => createMemoryBus(),
    memory: async () => world.memory,
    executor: async () => direct,
    sandbox: async () => ({ sandbox: open, detail: '' }),
    gates: async () => [],
    tools: async () => tools,
    agent: async (name) => agents[name] as never,
    agentPlace: async () => {
      throw new Error('Nothing lies anywhere in a simulation');
    },
    worker: undefined,
    deployer: async () => ({
      name: 'branch',
      plan: async () => ({ stages: [{ name: 'branch', description: 'Hands the branch over' }] }),
      deployTo: async (_stage, _request, ctx) => ({ location: (await ctx.deliverBranch()).branch }),
    }),
    models: async () => [{ provider: model, model: 'simulated', capabilities: await model.capabilities('simulated') }],
  };
  return createEngine(deps, createSimGround(world, process));
}

function configOf({ plan, budgetUsd, bug }: SimWorld): ResolvedConfig {
  const { phases, concurrency, automationLevel } = plan;
  return {
    ...defaults,
    phases,
    concurrency,
    safety: { ...defaults.safety, budgetUsd: bug === 'open purse' ? budgetUsd * 10 : budgetUsd },
    automation: { level: automationLevel },
    testing: { ...defaults.testing, command: ['check'] },
  };
}

/** Only the first process has a store with a fault. */
function faulty(world: SimWorld, process: SimProcess): RunStore {
  if (world.fault === undefined || world.processes.size > 1) return world.reached;
  const onFault = () => {
    world.struck = true;
    if (world.fault?.kind === 'crash') process.die();
  };
  return createFaultStore(world.reached, { ...world.fault, onFault });
}

/** As the host guards it: who waits for it too long is told so. */
function guarded({ clock }: SimProcess, store: RunStore): RunStore {
  return guard(store, guardRules.store, { plugin: 'simulated', kind: 'store', name: store.name, clock });
}

/** Every call of the store takes a while, and the process may die before or after it. */
function reachedBy(process: SimProcess, store: RunStore): RunStore {
  return new Proxy(store, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => process.act(20, () => member.apply(target, args) as unknown);
    },
  });
}
