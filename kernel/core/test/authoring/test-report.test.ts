import { expect, it } from 'vitest';
import { readTestReport } from '../../src/authoring/test-report.ts';

const test = (status: string, title: string, ...ancestorTitles: string[]) => ({
  ancestorTitles,
  title,
  status,
  ...(status === 'failed' ? { failureMessages: ['AssertionError: 1 is not 2\n    at file.ts:1:1'] } : {}),
});

it('counts what belongs to a contract, and the rest', () => {
  const report = readTestReport(
    JSON.stringify({
      testResults: [
        {
          name: 'a.test.ts',
          status: 'failed',
          assertionResults: [
            test('passed', 'one', 'tool contract: hello'),
            test('failed', 'two', 'tool contract: hello'),
            test('skipped', 'three', 'tool contract: hello'),
            test('passed', 'four', 'tool contract: other'),
            test('passed', 'five'),
          ],
        },
        { name: 'b.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
      ],
    }),
  );
  const failed = [{ name: 'two', message: 'AssertionError: 1 is not 2' }];
  expect(report.suite('tool contract: hello')).toEqual({ passed: 1, skipped: 1, failed });
  expect(report.suite('tool contract: missing')).toEqual({ passed: 0, skipped: 0, failed: [] });
  expect(report.rest()).toEqual({ passed: 2, skipped: 0, failed: [{ name: 'b.test.ts', message: 'no such module' }] });
});
