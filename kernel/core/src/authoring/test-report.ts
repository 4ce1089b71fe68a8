import { z } from '@forge/plugin-api';

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(''),
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()),
          title: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

export interface FailedTest {
  readonly name: string;
  readonly message: string;
}

export interface TestCounts {
  readonly passed: number;
  readonly skipped: number;
  readonly failed: readonly FailedTest[];
}

export interface TestReport {
  /** The tests below a heading of that name. */
  suite(heading: string): TestCounts;
  /** All that nobody asked for; a file that could not be run is a failed test. */
  rest(): TestCounts;
}

/** What vitest's reporter `json` writes. */
export function readTestReport(text: string): TestReport {
  const { testResults } = reportSchema.parse(JSON.parse(text));
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const unrun = testResults
    .filter(({ status, assertionResults }) => status === 'failed' && !assertionResults.some(isFailed))
    .map(({ name, message }) => ({ name, message }));
  const asked = new Set<string>();
  return {
    suite(heading) {
      asked.add(heading);
      return countsOf(tests.filter(({ ancestorTitles: [first] }) => first === heading));
    },
    rest() {
      const { failed, ...counts } = countsOf(tests.filter(({ ancestorTitles: [first = ''] }) => !asked.has(first)));
      return { ...counts, failed: [...failed, ...unrun] };
    },
  };
}

type Test = z.output<typeof reportSchema>['testResults'][number]['assertionResults'][number];

const isFailed = ({ status }: Test): boolean => status === 'failed';

function countsOf(tests: readonly Test[]): TestCounts {
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const failed = tests.filter(isFailed).map(({ title, failureMessages }) => ({
    name: title,
    message: (failureMessages?.[0] ?? '').split('\n    at ')[0] ?? '',
  }));
  return { passed, failed, skipped: tests.length - passed - failed.length };
}
