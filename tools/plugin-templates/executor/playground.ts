import { type Agent, type ExecutionHost, forgeError } from '@forge/plugin-api';
import { createAgentContext } from '@forge/testkit/fakes';
import { sampleThing } from './src/sample-thing.ts';

// npm run play
const echo = { id: 'echo', type: 'planner', execute: async (input: unknown) => input } as unknown as Agent;
const nowhere = () => Promise.reject(forgeError('UNSUPPORTED', 'It runs here'));
const host: ExecutionHost = {
  context: createAgentContext(),
  resolveAgent: async () => echo,
  locateAgent: nowhere,
  workerCommand: nowhere,
};
const job = { runId: 'r1', executionId: 'planning/1', agent: 'echo', input: { task: 'Say it again' } };
console.log(await sampleThing.execute(job, host));
