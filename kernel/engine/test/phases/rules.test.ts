import type { Change, TestEvidence } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { checkFinding } from '../../src/phases/check-finding.ts';
import { deploymentStrategy } from '../../src/phases/deployment-strategy.ts';
import { lostTests } from '../../src/phases/lost-tests.ts';
import { withProof } from '../../src/phases/proof.ts';
import { protectedFindings } from '../../src/phases/protected-paths.ts';
import { changedTestScripts } from '../../src/phases/test-scripts.ts';
import { verdictOn } from '../../src/phases/test-verdict.ts';

describe('deploymentStrategy', () => {
  it('asks a person for everything at level 0 and 1, and for high risk at every level', () => {
    for (const risk of ['low', 'medium', 'high'] as const) {
      expect(deploymentStrategy(risk, 0).requireApproval).toBe(true);
      expect(deploymentStrategy(risk, 1).requireApproval).toBe(true);
    }
    for (const level of [0, 1, 2, 3, 4]) expect(deploymentStrategy('high', level).requireApproval).toBe(true);
  });

  it('gives each level what it has earned', () => {
    expect(deploymentStrategy('low', 2).type).toBe('auto-staging');
    expect(deploymentStrategy('medium', 2).type).toBe('manual');
    expect(deploymentStrategy('medium', 3)).toMatchObject({ type: 'auto-notify', notify: true });
    expect(deploymentStrategy('low', 4).type).toBe('fully-auto');
    expect(deploymentStrategy('low', 9).type).toBe('manual');
  });
});

function changing(...paths: string[]): Change {
  return { base: 'a', commit: 'b', branch: 'c', files: paths.map((path) => ({ path, added: 1, removed: 1 })) };
}

describe('protectedFindings', () => {
  const guarded = [
    'test/login.test.js',
    'src/login_test.go',
    'tests/test_login.py',
    '.github/workflows/ci.yml',
    'package-lock.json',
    'forge.config.ts',
    'pkg/__tests__/a.ts',
  ];
  it('names protected files that were there before', () => {
    expect(protectedFindings(changing(...guarded), guarded).map(({ file }) => file)).toEqual(guarded);
  });
  it('welcomes new tests and leaves other files alone', () => {
    expect(
      protectedFindings(changing('test/new.test.js', 'src/latest.js', 'src/contest/a.js'), [
        'src/latest.js',
        'src/contest/a.js',
      ]),
    ).toEqual([]);
  });
  it('names new files that programs obey before any test', () => {
    expect(protectedFindings(changing('.npmrc', 'app/sitecustomize.py'), []).map(({ message }) => message)).toEqual([
      'Adds what programs run by themselves before any test (+1): look at it before you approve',
      'Adds what programs run by themselves before any test (+1): look at it before you approve',
    ]);
  });
  it('names new files of continuous integration, lock files and configuration of Forge', () => {
    const paths = [
      '.github/workflows/release.yml',
      'web/package-lock.json',
      'forge.config.yaml',
      '.forge/plugins/a/index.ts',
    ];
    expect(protectedFindings(changing(...paths), []).map(({ file }) => file)).toEqual(paths);
  });
  it('names what a person protects beside that, new files too, and takes nothing away', () => {
    const paths = ['docs/api/v1/a.md', 'docs/b.md', 'deep/er/schema.sql', 'package-lock.json'];
    const found = protectedFindings(changing(...paths), ['package-lock.json'], ['docs/api/**', '*.sql']);
    expect(found.map(({ file }) => file)).toEqual(['docs/api/v1/a.md', 'deep/er/schema.sql', 'package-lock.json']);
  });
});

describe('checkFinding', () => {
  const text = 'one\n  const two = 2;\nthree\n';
  const change = changing('src/a.js', 'src/gone.js');
  const finding = { severity: 'high', file: 'src/a.js', message: 'wrong' } as const;
  it.each([
    ['a true quote', { ...finding, line: 2, quote: 'const two = 2;' }, text],
    ['a quote with other spaces', { ...finding, line: 2, quote: 'const  two =  2;' }, text],
    ['a line a little off', { ...finding, line: 4, quote: 'const two' }, text],
    ['no quote', { ...finding, line: 3 }, text],
    ['a file that the change removes', { ...finding, file: 'src/gone.js' }, undefined],
  ])('accepts %s', (_name, given, content) => {
    expect(checkFinding(given, content, change)).toBeUndefined();
  });
  it.each([
    ['a file that is not there', { ...finding, file: 'src/none.js' }, undefined, /no file/],
    ['a line beyond the end', { ...finding, line: 40 }, text, /only 4 lines/],
    ['words that are not there', { ...finding, line: 2, quote: 'const three = 3' }, text, /does not stand/],
  ])('rejects %s', (_name, given, content, words) => {
    expect(checkFinding(given, content, change)).toMatch(words);
  });
});

describe('verdictOn', () => {
  const evidence = (exitCode: number, passed: number, failed: number, source: 'parsed' | 'exit' = 'parsed') =>
    ({ exitCode, timedOut: false, counts: { passed, failed, skipped: 0, source } }) as TestEvidence;
  it.each([
    ['passed', evidence(1, 3, 2), evidence(0, 5, 0)],
    ['no-worse', evidence(1, 3, 2), evidence(1, 3, 2)],
    ['worse', evidence(0, 3, 0), evidence(1, 3, 1)],
    ['worse', evidence(1, 3, 2), evidence(1, 2, 2)],
    ['worse', evidence(1, 0, 1, 'exit'), evidence(1, 0, 1, 'exit')],
  ])('%s', (verdict, base, result) => {
    expect(verdictOn(base, result)).toBe(verdict);
  });

  const names = (...found: string[]) => ({ count: found.length, names: found });
  const none = names();
  const comparison = { newlyFailing: none, newlyPassing: none, stillFailing: none, removed: none, newlySkipped: none };
  const rerun = (exitCode: number, ...flaky: string[]) =>
    ({
      exitCode,
      counts: { passed: 0, failed: 0, skipped: 0, source: 'junit' },
      flaky: names(...flaky),
    }) as TestEvidence['rerun'];
  const [passing, failing] = [evidence(0, 3, 0), evidence(1, 2, 1)];
  it.each([
    [
      'worse',
      'a test that passed before fails, whatever the exit code says',
      passing,
      { ...passing, comparison: { ...comparison, newlyFailing: names('a') } },
    ],
    [
      'worse',
      'another test fails than before',
      failing,
      { ...failing, comparison: { ...comparison, newlyFailing: names('a') } },
    ],
    [
      'no-worse',
      'the same test fails as before, and another is gone',
      failing,
      { ...evidence(1, 1, 1), comparison: { ...comparison, stillFailing: names('a'), removed: names('b') } },
    ],
    [
      'worse',
      'something fails that has no name',
      failing,
      { ...evidence(1, 3, 2), comparison: { ...comparison, stillFailing: names('a') } },
    ],
    ['flaky', 'it passes the second time', passing, { ...failing, comparison, rerun: rerun(0, 'a') }],
    ['flaky', 'it passes the second time, without names', passing, { ...evidence(1, 0, 1, 'exit'), rerun: rerun(0) }],
    ['worse', 'it fails both times', passing, { ...failing, rerun: rerun(1) }],
    [
      'no-worse',
      'what failed before fails, and another one is flaky',
      failing,
      { ...evidence(1, 1, 2), comparison: { ...comparison, stillFailing: names('a') }, rerun: rerun(1, 'b') },
    ],
    ['worse', 'it did not end in time', failing, { ...failing, timedOut: true, comparison }],
  ] as const)('%s: %s', (verdict, _name, base, result) => {
    expect(verdictOn(base, result)).toBe(verdict);
  });
});

describe('withProof', () => {
  const proof = '## A limiter\n\n- Tests: 3 passed';
  it('stands before the last lines, and no line of it is a comment to git', () => {
    expect(withProof('feat: limit\n\nPer client.\n\nForge-Run: R1', proof)).toBe(
      'feat: limit\n\nPer client.\n\nProof of work: A limiter\n\n- Tests: 3 passed\n\nForge-Run: R1',
    );
  });
  it('stands at the end of a message without them', () => {
    expect(withProof('feat: limit', proof)).toBe('feat: limit\n\nProof of work: A limiter\n\n- Tests: 3 passed');
  });
});

describe('lostTests', () => {
  const counted = (passed: number, skipped: number, source: 'junit' | 'parsed' | 'exit' = 'parsed') =>
    ({ exitCode: 0, timedOut: false, counts: { passed, failed: 0, skipped, source } }) as TestEvidence;
  const named = (removed: string[], newlySkipped: string[] = []) => ({
    ...counted(1, 0, 'junit'),
    comparison: {
      newlyFailing: { count: 0, names: [] },
      newlyPassing: { count: 0, names: [] },
      stillFailing: { count: 0, names: [] },
      removed: { count: removed.length, names: removed },
      newlySkipped: { count: newlySkipped.length, names: newlySkipped },
    },
  });
  const files = ['test/a.test.js', 'tests/test_b.py'];
  it.each([
    ['nothing', counted(3, 0), counted(4, 0), []],
    ['new tests that are skipped', counted(3, 0), counted(3, 2), []],
    ['a base that nobody could count', counted(0, 0, 'exit'), counted(3, 0), []],
    ['fewer tests', counted(3, 0), counted(2, 0), ['.: 1 test that was there before is gone']],
    ['tests that are skipped now', counted(3, 0), counted(1, 2), ['.: 2 more tests are skipped than before']],
    [
      'tests that nobody can count any more',
      counted(3, 0),
      counted(0, 0, 'exit'),
      ['.: 3 tests ran before, none can be counted now'],
    ],
    [
      'a name in a file',
      counted(2, 0, 'junit'),
      named(['test/a.test.js › works']),
      ['test/a.test.js: A test that was there before is gone: "test/a.test.js › works"'],
    ],
    [
      'a name in a module',
      counted(2, 0, 'junit'),
      named([], ['tests.test_b.TestC › m', 'tests.test_b › n']),
      ['tests/test_b.py: 2 tests that were there before are skipped now: "tests.test_b.TestC › m", "tests.test_b › n"'],
    ],
    [
      'a name without a file',
      counted(2, 0, 'junit'),
      named(['works']),
      ['.: A test that was there before is gone: "works"'],
    ],
  ])('tells of %s', (_name, base, result, expected) => {
    const found = lostTests(base, result, files);
    expect(found.map(({ file, message }) => `${file}: ${message}`)).toEqual(expected);
    expect(found.every(({ severity }) => severity === 'high')).toBe(true);
  });
});

describe('changedTestScripts', () => {
  const change = changing('package.json');
  const reading = (before: unknown, now: unknown) => async (commit: string) => {
    const text = commit === change.base ? before : now;
    return text === undefined ? undefined : typeof text === 'string' ? text : JSON.stringify(text);
  };
  const scripts = (test: Record<string, string>) => ({ scripts: test });
  it.each([
    [
      'another script',
      scripts({ test: 'node --test' }),
      scripts({ test: 'true' }),
      ['script test was "node --test" and is "true"'],
    ],
    ['a script that is gone', scripts({ test: 'node --test' }), {}, ['script test was "node --test" and is nothing']],
    [
      'a manifest that is gone',
      scripts({ test: 'node --test' }),
      undefined,
      ['script test was "node --test" and is nothing'],
    ],
    [
      'one that runs before',
      scripts({ test: 'node --test' }),
      scripts({ test: 'node --test', pretest: 'x' }),
      ['script pretest was nothing and is "x"'],
    ],
    ['first tests', {}, scripts({ test: 'node --test' }), []],
    ['other scripts', scripts({ test: 'node --test' }), scripts({ test: 'node --test', build: 'x' }), []],
    ['no JSON', '{', scripts({ test: 'true' }), []],
    ['a new package', undefined, scripts({ test: 'true' }), []],
  ])('tells of %s', async (_name, before, now, expected) => {
    const found = await changedTestScripts(change, reading(before, now));
    expect(found.map(({ message }) => message.replace('Changes how tests are run: ', ''))).toEqual(expected);
  });
});
