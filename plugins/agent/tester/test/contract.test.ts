import { readFileSync } from 'node:fs';
import { testingInputSchema } from '@forge/plugin-api';
import { agentContract } from '@forge/testkit/contracts';
import { createAgentContext } from '@forge/testkit/fakes';
import { answer } from '@forge/testkit/model-server';
import { createTester } from '../src/tester.ts';

const prompt = readFileSync(new URL('../prompts/tester.md', import.meta.url), 'utf8');
const change = { base: 'b', commit: 'c', branch: 'f', files: [] };
const input = (files: readonly string[]) =>
  testingInputSchema.parse({
    requirement: { task: 'Count logins' },
    project: { files, fileCount: files.length, languages: {}, manifests: {} },
    change,
  });

agentContract({
  name: 'tester, by rules',
  create: () => ({
    agent: createTester(prompt),
    input: input(['go.mod', 'login_test.go']),
    context: () => createAgentContext(),
  }),
});

agentContract({
  name: 'tester, by a model',
  create: () => ({
    agent: createTester(prompt),
    input: input(['Gemfile', 'spec/login_spec.rb']),
    context: () =>
      createAgentContext({
        replies: [answer({ test: { command: ['rspec'], directory: '.', runner: 'unknown' }, reason: 'Gemfile' })],
      }),
  }),
});
