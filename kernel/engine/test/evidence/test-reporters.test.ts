import { describe, expect, it } from 'vitest';
import { reporterFor } from '../../src/evidence/test-reporters.ts';

const file = '/run/tmp/re "port".xml';
const manifest = (test: string, more: object = {}) => JSON.stringify({ scripts: { test }, ...more });

interface Case {
  readonly name: string;
  readonly runner: string;
  readonly command: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly answer?: string;
}

const reporter = ({ runner, command, files = {}, answer }: Case) =>
  reporterFor({
    command: { runner, command: command.split(' '), directory: '.' },
    file,
    read: async (name) => files[name],
    ask: async () => answer,
  });

describe('a reporter is added', () => {
  it('to Node by its options, beside the one that it has anyway', async () => {
    const found = await reporter({ name: '', runner: 'node-test', command: 'npm test', answer: 'tap\n' });
    expect(found).toEqual({
      env: {
        NODE_OPTIONS: `"--test-reporter=tap" "--test-reporter-destination=stdout" "--test-reporter=junit" "--test-reporter-destination=/run/tmp/re \\"port\\".xml"`,
      },
      report: file,
    });
  });

  it.each<Case & { readonly args: readonly string[] }>([
    { name: 'called by name', runner: 'vitest', command: 'npx --no-install vitest run', args: ['--reporter=default'] },
    {
      name: 'called by npm',
      runner: 'vitest',
      command: 'npm test',
      files: { 'package.json': manifest('vitest run --coverage') },
      args: ['--', '--reporter=default'],
    },
    {
      name: 'called by pnpm, and nobody said which runner it is',
      runner: 'unknown',
      command: 'pnpm test',
      files: {
        'package.json': manifest('vitest run'),
        'vitest.config.ts': 'export default { test: { globals: true } }',
      },
      args: ['--reporter=default'],
    },
  ])('to vitest $name', async ({ args, ...given }) => {
    const found = await reporter(given);
    expect(found?.args).toEqual([...args, '--reporter=junit', `--outputFile.junit=${file}`]);
  });

  it('to jest where the project has one', async () => {
    const files = { 'package.json': manifest('jest', { devDependencies: { 'jest-junit': '16.0.0' } }) };
    expect(await reporter({ name: '', runner: 'jest', command: 'npm test', files })).toEqual({
      args: ['--', '--reporters=default', '--reporters=jest-junit'],
      env: { JEST_JUNIT_OUTPUT_FILE: file },
      report: file,
    });
  });

  it('to pytest by its options', async () => {
    const found = await reporter({ name: '', runner: 'pytest', command: 'python3 -m pytest' });
    expect(found?.env).toEqual({ PYTEST_ADDOPTS: `'--junitxml=/run/tmp/re "port".xml'` });
  });

  it.each([
    { runner: 'maven', yes: 'a/target/surefire-reports/TEST-x.A.xml', no: 'a/TEST-x.A.xml' },
    { runner: 'gradle', yes: 'build/test-results/test/TEST-x.A.xml', no: 'build/test-results/x.xml' },
  ])('not to $runner, which writes reports anyway', async ({ runner, yes, no }) => {
    const found = await reporter({ name: '', runner, command: 'x' });
    expect(found).toEqual({ report: expect.any(Function) });
    expect([yes, no].map(found?.report as (path: string) => boolean)).toEqual([true, false]);
  });
});

describe('no reporter is added', () => {
  it.each<Case>([
    { name: 'a runner without one', runner: 'mocha', command: 'npx mocha' },
    { name: 'an old Node', runner: 'node-test', command: 'npm test', answer: '\n' },
    { name: 'a Node that cannot be asked', runner: 'node-test', command: 'npm test' },
    {
      name: 'a script with a reporter',
      runner: 'node-test',
      command: 'npm test',
      answer: 'tap',
      files: { 'package.json': manifest('node --test --test-reporter=dot') },
    },
    {
      name: 'a pytest with a report',
      runner: 'pytest',
      command: 'pytest',
      files: { 'pytest.ini': '[pytest]\naddopts = --junitxml=out.xml\n' },
    },
    {
      name: 'a script of several commands',
      runner: 'vitest',
      command: 'npm test',
      files: { 'package.json': manifest('vitest run && echo done') },
    },
    {
      name: 'a script behind another program',
      runner: 'vitest',
      command: 'npm test',
      files: { 'package.json': manifest('dotenv vitest run') },
    },
    {
      name: 'a vitest with reporters',
      runner: 'vitest',
      command: 'npx vitest run',
      files: { 'vite.config.js': 'export default { test: { reporters: ["dot"] } }' },
    },
    {
      name: 'a vitest made of others',
      runner: 'vitest',
      command: 'npx vitest run',
      files: { 'vitest.config.mts': 'export default mergeConfig(base, {})' },
    },
    { name: 'a jest without the package', runner: 'jest', command: 'npx jest' },
    { name: 'a make target', runner: 'vitest', command: 'make test' },
    { name: 'a manifest that is no JSON', runner: 'unknown', command: 'npm test', files: { 'package.json': '{' } },
  ])('to $name', async (given) => {
    expect(await reporter(given)).toBeUndefined();
  });
});
