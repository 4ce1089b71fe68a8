import assert from 'node:assert/strict';
import type { Deployer, DeployContext, DeployRequest } from '@forge/plugin-api';
import { createRecordingLogger } from '../fakes/recording-logger.ts';
import type { ContractCase, ContractOptions } from './contract-case.ts';
import { registerContract } from './register-contract.ts';
import { refusal, rejection } from './rejection.ts';

export interface DeployerSubject {
  readonly deployer: Deployer;
  /** How its commands go. Default: each exits with 0 and prints nothing. */
  readonly exec?: DeployContext['exec'];
  /** How its commands go when the target is out of reach. Default: each exits with 1. */
  readonly failingExec?: DeployContext['exec'];
}

const request: DeployRequest = {
  runId: 'r1',
  task: 'limit logins',
  change: { base: 'a', commit: 'b', branch: 'forge/r1-limit', files: [{ path: 'src/limit.ts', added: 3, removed: 1 }] },
  assessment: { risk: 'low', reasons: ['small'] },
  proof: 'All tests pass.',
};

const ended = (exitCode: number) => ({
  exitCode,
  timedOut: false,
  output: '',
  truncated: false,
  totalBytes: 0,
  outputHash: '',
  durationMs: 1,
});

interface Watched extends DeployContext {
  readonly delivered: { count: number };
}

function contextOf(subject: DeployerSubject, given: Partial<DeployContext> = {}): Watched {
  const delivered = { count: 0 };
  return {
    delivered,
    async deliverBranch() {
      delivered.count++;
      return { branch: request.change.branch, commit: request.change.commit };
    },
    exec: subject.exec ?? (async () => ended(0)),
    idempotencyKey: 'r1/deployment/1',
    signal: new AbortController().signal,
    log: createRecordingLogger(),
    ...given,
  };
}

const failingContext = (subject: DeployerSubject) =>
  contextOf(subject, {
    deliverBranch: async () => {
      throw new Error('the disk is gone');
    },
    exec: subject.failingExec ?? (async () => ended(1)),
  });

export const deployerCases: readonly ContractCase<DeployerSubject>[] = [
  {
    name: 'a plan has stages, each with a name of its own and a line that says what it does',
    async run(subject) {
      const { stages } = await subject.deployer.plan(request, contextOf(subject));
      assert.ok(stages.length > 0, 'a plan without a stage deploys nothing');
      assert.equal(new Set(stages.map(({ name }) => name)).size, stages.length);
      for (const { name, description, bakeMs = 0 } of stages) {
        assert.match(name, /^\S+$/);
        assert.ok(description.trim() !== '' && !description.includes('\n'), description);
        assert.ok(bakeMs >= 0);
      }
    },
  },
  {
    name: 'planning delivers nothing, and plans the same again',
    async run(subject) {
      const context = contextOf(subject);
      const first = await subject.deployer.plan(request, context);
      assert.deepEqual(await subject.deployer.plan(request, context), first);
      assert.equal(context.delivered.count, 0);
    },
  },
  {
    name: 'every stage says where it can be seen',
    async run(subject) {
      const context = contextOf(subject);
      const { stages } = await subject.deployer.plan(request, context);
      for (const stage of stages) {
        const { location } = await subject.deployer.deployTo(stage, request, context);
        assert.notEqual(location.trim(), '');
      }
    },
  },
  {
    name: 'repeating a stage ends where the first time did',
    async run(subject) {
      const context = contextOf(subject);
      for (const stage of (await subject.deployer.plan(request, context)).stages) {
        const first = await subject.deployer.deployTo(stage, request, context);
        assert.equal((await subject.deployer.deployTo(stage, request, context)).location, first.location);
      }
    },
  },
  {
    name: 'what cannot be deployed is DEPLOY_FAILED, with its cause',
    async run(subject) {
      const { stages } = await subject.deployer.plan(request, contextOf(subject));
      const [stage] = stages;
      assert.ok(stage);
      const error = await refusal(subject.deployer.deployTo(stage, request, failingContext(subject)), 'DEPLOY_FAILED');
      assert.ok(error.cause !== undefined || error.details.why !== undefined, 'nobody learns why');
    },
  },
  {
    name: 'a stage that no plan has is refused',
    async run(subject) {
      const context = contextOf(subject);
      const stage = { name: 'no-such-stage', description: 'nothing' };
      await rejection(subject.deployer.deployTo(stage, request, context));
      assert.equal(context.delivered.count, 0);
    },
  },
  {
    name: 'an aborted stage delivers nothing and rejects with the reason',
    async run(subject) {
      const [stage] = (await subject.deployer.plan(request, contextOf(subject))).stages;
      assert.ok(stage);
      const reason = new Error('stopped');
      const context = contextOf(subject, { signal: AbortSignal.abort(reason) });
      assert.equal(await rejection(subject.deployer.deployTo(stage, request, context)), reason);
      assert.equal(context.delivered.count, 0);
    },
  },
  {
    name: 'a measurement says whether all is well, and what is not',
    async run(subject) {
      const { deployer } = subject;
      if (deployer.measure === undefined) return;
      const context = contextOf(subject);
      for (const stage of (await deployer.plan(request, context)).stages) {
        await deployer.deployTo(stage, request, context);
        const { healthy, issues } = await deployer.measure(stage, context);
        assert.equal(typeof healthy, 'boolean');
        assert.ok(healthy || issues.length > 0, 'it is not healthy, and nobody learns why');
      }
    },
  },
  {
    name: 'a stage can be rolled back twice',
    async run(subject) {
      const { deployer } = subject;
      if (deployer.rollback === undefined) return;
      const context = contextOf(subject);
      const [stage] = (await deployer.plan(request, context)).stages;
      assert.ok(stage);
      await deployer.deployTo(stage, request, context);
      await deployer.rollback(stage, request, context);
      await deployer.rollback(stage, request, context);
    },
  },
];

/** Registers the contract of `Deployer`. */
export function deployerContract(options: ContractOptions<DeployerSubject>): void {
  registerContract('deployer', deployerCases, options);
}
