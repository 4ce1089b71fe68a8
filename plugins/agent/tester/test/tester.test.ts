import { scriptedContext } from '@forge/briefing/scripted-context';
import { testingInputSchema, type ProjectFacts } from '@forge/plugin-api';
import { expect, test } from 'vitest';
import { createTester } from '../src/tester.ts';
import { packageJson, project } from './project.ts';

const tester = createTester('Find it.');

const input = (facts: ProjectFacts, files: { path: string; added: number; removed: number }[] = []) =>
  testingInputSchema.parse({
    requirement: { task: 'Add it' },
    project: facts,
    change: { base: 'b', commit: 'c', branch: 'f', files },
  });

test('a rule that fits needs no model', async () => {
  const script = scriptedContext({ replies: [] });
  expect(await tester.execute(input(project(packageJson({ scripts: { test: 'node --test' } }))), script.ctx)).toEqual({
    test: { command: ['npm', 'test'], directory: '.', runner: 'node-test' },
    setup: [],
    reason: 'the test script of package.json: node --test',
  });
});

test('tests that the change brings are found', async () => {
  const script = scriptedContext({ replies: [] });
  const files = [{ path: 'add.test.js', added: 5, removed: 0 }];
  expect((await tester.execute(input(project(['add.js']), files), script.ctx)).test?.runner).toBe('node-test');
});

test('without anything like tests nobody is asked', async () => {
  const script = scriptedContext({ replies: [] });
  expect(await tester.execute(input(project(['main.c'])), script.ctx)).toEqual({
    setup: [],
    reason: 'nothing in the project looks like tests',
  });
});

test('tests that no rule knows are asked for', async () => {
  const answer = {
    test: { command: ['bundle', 'exec', 'rspec'], directory: '.', runner: 'unknown' },
    setup: [{ command: ['bundle', 'install'], directory: '.', runner: 'unknown' }],
    reason: 'Gemfile and spec',
  };
  const script = scriptedContext({ replies: [answer] });
  expect(await tester.execute(input(project(['Gemfile', 'spec/a_spec.rb'])), script.ctx)).toEqual(answer);
  expect(JSON.stringify(script.requests[0]?.messages)).toContain('spec/a_spec.rb');
});
