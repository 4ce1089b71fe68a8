import { deploymentInputSchema, riskLevels, type DeploymentInput, type TestEvidence, type z } from '@forge/plugin-api';
import { expect, test } from 'vitest';
import { assessRisk } from '../src/assess-risk.ts';
import { riskRules } from '../src/risk-rules.ts';

const evidence = (on: 'base' | 'result', changes: Partial<TestEvidence> = {}): TestEvidence => ({
  on,
  commit: 'c0ffee',
  command: 'npm test',
  exitCode: 0,
  timedOut: false,
  counts: { passed: 10, failed: 0, skipped: 0, source: 'parsed' },
  durationMs: 900,
  outputHash: 'abc',
  output: '',
  ...changes,
});

const file = (path: string, added = 5, removed = 0) => ({ path, added, removed });
const finding = (severity: 'low' | 'medium' | 'critical') => ({ severity, file: 'src/a.ts', message: 'wrong' });

function input(changes: Partial<z.input<typeof deploymentInputSchema>> & { files?: ReturnType<typeof file>[] }) {
  const { files = [file('src/colour.ts')], ...rest } = changes;
  return deploymentInputSchema.parse({
    requirement: { task: 'Add a colour' },
    plan: {
      summary: 'One step',
      assessment: { score: 0.9 },
      tasks: [{ id: 'colour', title: 'Colour', goal: 'Add it' }],
    },
    change: { base: 'b', commit: 'c', branch: 'forge/x', files },
    openFindings: [],
    tests: [evidence('base'), evidence('result')],
    automationLevel: 1,
    ...rest,
  }) satisfies DeploymentInput;
}

const cases: readonly [string, DeploymentInput, 'low' | 'medium' | 'high', RegExp][] = [
  ['a small change with passing tests', input({}), 'low', /a small change \(1 file\), its tests pass/],
  ['documents need no tests', input({ files: [file('README.md')], tests: [] }), 'low', /1 file/],
  ['a document about logins is no code', input({ files: [file('docs/login.md')] }), 'low', /small/],
  ['low findings do not count', input({ openFindings: [finding('low')] }), 'low', /small/],
  ['15 files', input({ files: Array.from({ length: 15 }, (_, n) => file(`src/${n}.ts`)) }), 'medium', /15 files/],
  ['400 lines', input({ files: [file('src/a.ts', 300, 100)] }), 'medium', /400 lines/],
  ['2,000 lines', input({ files: [file('src/a.ts', 2000)] }), 'high', /2000 lines/],
  ['no tests', input({ tests: [] }), 'medium', /no tests were run/],
  ['tests only on the base', input({ tests: [evidence('base')] }), 'medium', /no tests were run/],
  [
    'failing tests',
    input({
      tests: [evidence('result', { exitCode: 1, counts: { passed: 9, failed: 2, skipped: 0, source: 'junit' } })],
    }),
    'high',
    /2 tests failed/,
  ],
  [
    'a failing command without counts',
    input({
      tests: [evidence('result', { exitCode: 3, counts: { passed: 0, failed: 0, skipped: 0, source: 'exit' } })],
    }),
    'high',
    /ended with 3/,
  ],
  ['tests that hang', input({ tests: [evidence('result', { timedOut: true })] }), 'high', /did not end in time/],
  [
    'only the last run of the tests counts',
    input({ tests: [evidence('result', { exitCode: 1 }), evidence('result')] }),
    'low',
    /small/,
  ],
  [
    'tests that disappeared',
    input({
      tests: [evidence('base'), evidence('result', { counts: { passed: 8, failed: 0, skipped: 0, source: 'parsed' } })],
    }),
    'high',
    /2 passing tests fewer/,
  ],
  [
    'tests that cannot be counted any more',
    input({
      tests: [evidence('base'), evidence('result', { counts: { passed: 0, failed: 0, skipped: 0, source: 'exit' } })],
    }),
    'high',
    /10 tests passed before, none can be counted now/,
  ],
  [
    'tests that never could be counted',
    input({
      tests: (['base', 'result'] as const).map((on) =>
        evidence(on, { counts: { passed: 0, failed: 0, skipped: 0, source: 'exit' } }),
      ),
    }),
    'low',
    /small/,
  ],
  ['tests that got shorter', input({ files: [file('test/a.test.ts', 1, 4)] }), 'medium', /removed from tests/],
  ['tests that only grew', input({ files: [file('test/login.test.ts', 9, 0)] }), 'low', /small/],
  ['a medium finding left', input({ openFindings: [finding('medium')] }), 'medium', /1 open finding/],
  ['a critical finding left', input({ openFindings: [finding('critical')] }), 'high', /critical or high/],
  ['continuous integration', input({ files: [file('.github/workflows/ci.yml')] }), 'high', /continuous integration/],
  ['git hooks', input({ files: [file('.husky/pre-commit')] }), 'high', /run by themselves/],
  ['the configuration of Forge', input({ files: [file('forge.config.ts')] }), 'high', /run by themselves/],
  ['a container', input({ files: [file('services/api/Dockerfile')] }), 'high', /infrastructure/],
  ['compose', input({ files: [file('docker-compose.prod.yml')] }), 'high', /infrastructure/],
  ['terraform', input({ files: [file('infra/main.tf')] }), 'high', /infrastructure/],
  ['a migration', input({ files: [file('db/migrations/0007_users.ts')] }), 'high', /migrations/],
  ['a key', input({ files: [file('certificates/site.pem')] }), 'high', /secrets/],
  ['an environment file', input({ files: [file('.env.production')] }), 'high', /secrets/],
  ['login', input({ files: [file('src/login.ts')] }), 'medium', /security depends on: src\/login.ts/],
  ['a folder of sessions', input({ files: [file('src/sessions/store.ts')] }), 'medium', /security/],
  ['an author is no auth', input({ files: [file('src/author.ts')] }), 'low', /small/],
  ['a lock file', input({ files: [file('pnpm-lock.yaml')] }), 'medium', /dependencies/],
  ['a manifest', input({ files: [file('services/a/go.mod')] }), 'medium', /dependencies/],
  ['python requirements', input({ files: [file('requirements-dev.txt')] }), 'medium', /dependencies/],
  ['instructions to agents', input({ files: [file('AGENTS.md')] }), 'medium', /instructions/],
];

test.each(cases)('%s', (_name, given, risk, reason) => {
  const assessment = assessRisk(given);
  expect(assessment).toEqual({ risk, reasons: [expect.stringMatching(reason)] });
});

test('the gravest rules come first, so that the first reason decides', () => {
  const risks = riskRules.map(({ risk }) => risk);
  expect(risks).toEqual(risks.toSorted((a, b) => riskLevels.indexOf(b) - riskLevels.indexOf(a)));
});

test('every reason is given, the gravest first', () => {
  const { risk, reasons } = assessRisk(
    input({
      files: [file('pnpm-lock.yaml'), file('.github/workflows/ci.yml')],
      openFindings: [finding('medium')],
      tests: [],
    }),
  );
  expect(risk).toBe('high');
  expect(reasons).toEqual([
    'changes continuous integration: .github/workflows/ci.yml',
    'changes dependencies: pnpm-lock.yaml',
    'no tests were run',
    '1 open finding of severity medium',
  ]);
});

test('many paths are named by the first three', () => {
  const files = ['a', 'b', 'c', 'd', 'e'].map((name) => file(`${name}/go.sum`));
  expect(assessRisk(input({ files })).reasons).toEqual([
    'changes dependencies: a/go.sum, b/go.sum, c/go.sum and 2 more',
  ]);
});
