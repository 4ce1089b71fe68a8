import type { MemoryStore, RunStore } from '@forge/plugin-api';
import {
  createMemoryMemoryStore,
  createMemoryRunStore,
  createSeededIds,
  createSeededRandom,
  createVirtualClock,
  type StoreFault,
  type VirtualClock,
} from '@forge/testkit/fakes';
import { createSimDisk, type SimDisk } from './sim-disk.ts';
import { watchOwners } from './one-owner.ts';
import { type PlantedBug, spoiledStore } from './planted-bugs.ts';
import { randomPlan, type SimPlan } from './sim-plan.ts';
import type { SimProcess } from './sim-process.ts';

/** What outlives every process: store, disk, the world outside, and who watches that all promises are kept. */
export interface SimWorld {
  readonly seed: number;
  readonly random: () => number;
  readonly newId: () => string;
  readonly newNumber: () => number;
  readonly clock: VirtualClock;
  readonly plan: SimPlan;
  /** The truth. */
  readonly store: RunStore;
  /** The store as processes reach it. */
  readonly reached: RunStore;
  readonly bug: PlantedBug | undefined;
  /** What goes wrong with the store of the first process, and nothing else. */
  readonly fault: StoreFault | undefined;
  readonly memory: MemoryStore;
  readonly disk: SimDisk;
  readonly processes: Map<string, SimProcess>;
  /** Commands that run, by number, with their markers. */
  readonly commands: Map<number, string>;
  /** Every effect outside, in order: payments, publications and signatures that really happened. */
  readonly outside: { readonly tool: 'pay' | 'publish' | 'sign'; readonly what: string; readonly key: string }[];
  /** It is not always known that a process has ended. */
  readonly knowsTheDead: boolean;
  /** The fault has happened. */
  struck: boolean;
  budgetUsd: number;
  /** Budgets that were in force, each since an event. */
  readonly budgets: { readonly since: number; readonly usd: number }[];
  /** How often something may still go wrong. */
  troubles: number;
  readonly broken: string[];
}

export interface SimOptions {
  readonly bug?: PlantedBug;
  readonly fault?: Pick<StoreFault, 'call' | 'kind'>;
}

export function createSimWorld(seed: number, { bug, fault }: SimOptions): SimWorld {
  const store = createMemoryRunStore();
  const random = createSeededRandom(seed);
  const clock = createVirtualClock();
  const plan = randomPlan(random);
  const budgetUsd = random() < 0.4 ? 0.2 + random() / 2 : 1_000;
  const processes = new Map<string, SimProcess>();
  const broken: string[] = [];
  let number = 0;
  return {
    seed,
    random,
    clock,
    newId: createSeededIds(clock, random),
    newNumber: () => (number += 1),
    plan,
    store,
    reached: watchOwners(spoiledStore(store, bug), processes, (fault) => broken.push(fault)),
    bug,
    fault,
    memory: createMemoryMemoryStore(clock),
    disk: createSimDisk(),
    processes,
    commands: new Map(),
    outside: [],
    knowsTheDead: random() < 0.8,
    struck: false,
    budgetUsd,
    budgets: [{ since: 0, usd: budgetUsd }],
    troubles: fault === undefined ? Math.floor(random() * 6) : 0,
    broken,
  };
}
