import { testingInputSchema, type ProjectFacts } from '@forge/plugin-api';
import { type AgentCall, createAgentContext, type ScriptedAgentContext } from '@forge/testkit/fakes';
import { answer } from '@forge/testkit/model-server';
import { expect, test } from 'vitest';
import { createTester } from '../src/tester.ts';
import { packageJson, project } from './project.ts';

const seen = (ctx: ScriptedAgentContext, kind: AgentCall['kind']) =>
  ctx.calls.filter((call) => call.kind === kind).map((call) => call.with);
const chatText = (ctx: ScriptedAgentContext, turn = 0) => JSON.stringify(seen(ctx, 'chat')[turn]);

const tester = createTester('Find it.');

const input = (facts: ProjectFacts, files: { path: string; added: number; removed: number }[] = []) =>
  testingInputSchema.parse({
    requirement: { task: 'Add it' },
    project: facts,
    change: { base: 'b', commit: 'c', branch: 'f', files },
  });

test('a rule that fits needs no model', async () => {
  const ctx = createAgentContext({ replies: [] });
  expect(await tester.execute(input(project(packageJson({ scripts: { test: 'node --test' } }))), ctx)).toEqual({
    test: { command: ['npm', 'test'], directory: '.', runner: 'node-test' },
    setup: [],
    reason: 'the test script of package.json: node --test',
  });
});

test('tests that the change brings are found', async () => {
  const ctx = createAgentContext({ replies: [] });
  const files = [{ path: 'add.test.js', added: 5, removed: 0 }];
  expect((await tester.execute(input(project(['add.js']), files), ctx)).test?.runner).toBe('node-test');
});

test('without anything like tests nobody is asked', async () => {
  const ctx = createAgentContext({ replies: [] });
  expect(await tester.execute(input(project(['main.c'])), ctx)).toEqual({
    setup: [],
    reason: 'nothing in the project looks like tests',
  });
});

test('tests that no rule knows are asked for', async () => {
  const found = {
    test: { command: ['bundle', 'exec', 'rspec'], directory: '.', runner: 'unknown' },
    setup: [{ command: ['bundle', 'install'], directory: '.', runner: 'unknown' }],
    reason: 'Gemfile and spec',
  };
  const ctx = createAgentContext({ replies: [answer(found)] });
  expect(await tester.execute(input(project(['Gemfile', 'spec/a_spec.rb'])), ctx)).toEqual(found);
  expect(chatText(ctx)).toContain('spec/a_spec.rb');
});
