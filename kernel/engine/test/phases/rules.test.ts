import type { Change, TestEvidence } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { checkFinding } from '../../src/phases/check-finding.ts';
import { deploymentStrategy } from '../../src/phases/deployment-strategy.ts';
import { protectedFindings } from '../../src/phases/protected-paths.ts';
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
});
