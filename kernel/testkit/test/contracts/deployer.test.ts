import { type Deployer, forgeError } from '@forge/plugin-api';
import { describe, expect, test } from 'vitest';
import { deployerCases, deployerContract, failingCases, only } from '../../src/contracts/index.ts';

const stages = [
  { name: 'branch', description: 'Makes the branch' },
  { name: 'canary', description: 'Five of a hundred', bakeMs: 1000 },
];

const right: Deployer = {
  name: 'right',
  plan: async () => ({ stages }),
  async deployTo(stage, _, ctx) {
    ctx.signal.throwIfAborted();
    if (!stages.some(({ name }) => name === stage.name)) throw forgeError('UNSUPPORTED', `no stage ${stage.name}`);
    try {
      return { location: (await ctx.deliverBranch()).branch };
    } catch (cause) {
      throw forgeError('DEPLOY_FAILED', 'It did not work', { cause });
    }
  },
  measure: async () => ({ healthy: true, issues: [] }),
  rollback: async () => undefined,
};

deployerContract({ name: 'the shortest right one', create: () => ({ deployer: right }) });

let attempts = 0;
let rolledBack = 0;

const wrong: readonly { readonly fault: string; readonly caughtBy: string; readonly make: Partial<Deployer> }[] = [
  {
    fault: 'delivers while it plans',
    caughtBy: 'planning delivers nothing, and plans the same again',
    make: {
      async plan(_, ctx) {
        await ctx.deliverBranch();
        return { stages };
      },
    },
  },
  {
    fault: 'calls two stages by one name',
    caughtBy: 'a plan has stages, each with a name of its own and a line that says what it does',
    make: { plan: async () => ({ stages: [...stages, ...stages] }) },
  },
  {
    fault: 'lets its own errors out as they are',
    caughtBy: 'what cannot be deployed is DEPLOY_FAILED, with its cause',
    make: { deployTo: async (_, __, ctx) => ({ location: (await ctx.deliverBranch()).branch }) },
  },
  {
    fault: 'makes something new each time',
    caughtBy: 'repeating a stage ends where the first time did',
    make: { deployTo: async () => ({ location: `branch-${attempts++}` }) },
  },
  {
    fault: 'deploys after it was stopped',
    caughtBy: 'an aborted stage delivers nothing and rejects with the reason',
    make: {
      deployTo: (stage, request, ctx) =>
        right.deployTo(stage, request, { ...ctx, signal: new AbortController().signal }),
    },
  },
  {
    fault: 'is not well and does not say why',
    caughtBy: 'a measurement says whether all is well, and what is not',
    make: { measure: async () => ({ healthy: false, issues: [] }) },
  },
  {
    fault: 'cannot roll back what is rolled back',
    caughtBy: 'a stage can be rolled back twice',
    make: {
      async rollback() {
        if (rolledBack++ % 2 === 1) throw new Error('nothing to roll back');
      },
    },
  },
];

describe('the deployer contract catches a deployer that', () => {
  test.each(wrong)('$fault', async ({ make, caughtBy }) => {
    expect(await failingCases(only(deployerCases, caughtBy), () => ({ deployer: { ...right, ...make } }))).toEqual([
      caughtBy,
    ]);
  });
});
