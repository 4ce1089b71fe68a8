import { describe, expect, it } from 'vitest';
import { readTestCounts } from '../../src/phases/test-counts.ts';

const outputs: [string, string, { passed: number; failed: number; skipped: number }][] = [
  [
    'node-test',
    '# tests 5\n# suites 1\n# pass 3\n# fail 1\n# cancelled 0\n# skipped 1\n# todo 0\n',
    { passed: 3, failed: 1, skipped: 1 },
  ],
  ['node-test', 'ℹ tests 2\nℹ pass 2\nℹ fail 0\nℹ skipped 0\n', { passed: 2, failed: 0, skipped: 0 }],
  [
    'vitest',
    ' Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 8 passed | 2 skipped (11)\n',
    { passed: 8, failed: 1, skipped: 2 },
  ],
  [
    'jest',
    'Test Suites: 1 passed, 1 total\nTests:       1 skipped, 4 passed, 5 total\n',
    { passed: 4, failed: 0, skipped: 1 },
  ],
  ['mocha', '  4 passing (12ms)\n  1 pending\n  2 failing\n', { passed: 4, failed: 2, skipped: 1 }],
  ['pytest', '===== 1 failed, 3 passed, 2 skipped in 0.12s =====\n', { passed: 3, failed: 1, skipped: 2 }],
  ['pytest', '1 passed in 0.01s\n', { passed: 1, failed: 0, skipped: 0 }],
  ['unittest', 'Ran 4 tests in 0.001s\n\nFAILED (failures=1, errors=1)\n', { passed: 2, failed: 2, skipped: 0 }],
  ['unittest', 'Ran 3 tests in 0.001s\n\nOK (skipped=1)\n', { passed: 2, failed: 0, skipped: 1 }],
  [
    'go',
    '--- PASS: TestA (0.00s)\n--- FAIL: TestB (0.00s)\nFAIL\nFAIL\texample.org/x\t0.002s\n',
    { passed: 1, failed: 1, skipped: 0 },
  ],
  ['go', 'ok  \texample.org/x\t0.002s\n', { passed: 1, failed: 0, skipped: 0 }],
  [
    'cargo',
    'test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured\n\ntest result: FAILED. 1 passed; 3 failed; 0 ignored\n',
    { passed: 3, failed: 3, skipped: 1 },
  ],
  ['maven', '[WARNING] Tests run: 6, Failures: 1, Errors: 1, Skipped: 1\n', { passed: 3, failed: 2, skipped: 1 }],
];

describe('readTestCounts', () => {
  for (const [runner, output, counts] of outputs) {
    it(`reads ${runner}: ${JSON.stringify(counts)}`, () => {
      expect(readTestCounts(runner, output, 1)).toEqual({ ...counts, source: 'parsed' });
      expect(readTestCounts('unknown', output, 1)).toEqual({ ...counts, source: 'parsed' });
    });
  }

  it('reads through colours', () => {
    expect(readTestCounts('pytest', '\u001b[32m2 passed\u001b[0m in 0.01s\n', 0).passed).toBe(2);
  });

  it('says when only the exit code is known', () => {
    expect(readTestCounts('make', 'all fine\n', 0)).toEqual({ passed: 0, failed: 0, skipped: 0, source: 'exit' });
    expect(readTestCounts('make', 'oh no\n', 2)).toEqual({ passed: 0, failed: 1, skipped: 0, source: 'exit' });
  });
});
