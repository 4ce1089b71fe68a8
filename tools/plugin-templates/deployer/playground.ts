import { argv, cwd } from 'node:process';
import type { DeployRequest } from '@forge/plugin-api';
import { createToolContext } from '@forge/testkit/fakes';
import { createSampleThing } from './src/sample-thing.ts';

// npm run play -- echo
const [script = 'echo'] = argv.slice(2);
const { exec, signal, log } = createToolContext({ workspace: cwd() });
const ctx = {
  deliverBranch: async () => ({ branch: 'forge/r1-try', commit: 'abc' }),
  exec,
  signal,
  log,
  idempotencyKey: 'r1/deployment/1',
};
const request: DeployRequest = {
  runId: 'r1',
  task: 'Try it',
  change: { base: 'a', commit: 'abc', branch: 'forge/r1-try', files: [] },
  assessment: { risk: 'low', reasons: ['small'] },
  proof: 'All tests pass.',
};
const deployer = createSampleThing(script);
for (const stage of (await deployer.plan(request, ctx)).stages) {
  console.log(stage.description);
  console.log(await deployer.deployTo(stage, request, ctx));
}
