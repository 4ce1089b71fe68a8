import type { TestCounts } from '@forge/plugin-api';

type Numbers = Pick<TestCounts, 'passed' | 'failed' | 'skipped'>;

interface Reader {
  readonly runners: readonly string[];
  read(output: string): Numbers | undefined;
}

/** How each runner says what it counted. Tried in this order when the runner is unknown. */
const readers: readonly Reader[] = [
  {
    runners: ['node-test', 'tap'],
    read: (output) => {
      const passed = lastNumber(output, /^(?:#|ℹ) pass (\d+)$/gm);
      const failed = lastNumber(output, /^(?:#|ℹ) fail (\d+)$/gm);
      const skipped = lastNumber(output, /^(?:#|ℹ) skipped (\d+)$/gm);
      return passed === undefined || failed === undefined ? undefined : { passed, failed, skipped: skipped ?? 0 };
    },
  },
  {
    runners: ['vitest', 'jest'],
    read: (output) => readLine(output, /^[ \t]*Tests:?\s.*\d.*$/gm, ['passed', 'failed', 'skipped', 'todo']),
  },
  {
    runners: ['mocha'],
    read: (output) => {
      const passed = lastNumber(output, /^[ \t]*(\d+) passing\b/gm);
      if (passed === undefined) return undefined;
      return {
        passed,
        failed: lastNumber(output, /^[ \t]*(\d+) failing\b/gm) ?? 0,
        skipped: lastNumber(output, /^[ \t]*(\d+) pending\b/gm) ?? 0,
      };
    },
  },
  {
    runners: ['pytest'],
    read: (output) =>
      readLine(output, /^(?:=+ )?\d+ [a-z]+(?:, \d+ [a-z]+)* in [\d.]+s.*$/gm, [
        'passed',
        'failed',
        'skipped',
        'error',
      ]),
  },
  {
    runners: ['unittest'],
    read: (output) => {
      const ran = lastNumber(output, /^Ran (\d+) tests? in /gm);
      if (ran === undefined) return undefined;
      const failed = (lastNumber(output, /failures=(\d+)/g) ?? 0) + (lastNumber(output, /errors=(\d+)/g) ?? 0);
      const skipped = lastNumber(output, /skipped=(\d+)/g) ?? 0;
      return { passed: ran - failed - skipped, failed, skipped };
    },
  },
  {
    runners: ['go'],
    read: (output) => {
      const passed = count(output, /^[ \t]*--- PASS: /gm) || count(output, /^ok\s+\S+/gm);
      const failed = count(output, /^[ \t]*--- FAIL: /gm) || count(output, /^FAIL\s+\S+/gm);
      return passed + failed === 0 ? undefined : { passed, failed, skipped: count(output, /^[ \t]*--- SKIP: /gm) };
    },
  },
  {
    runners: ['cargo'],
    read: (output) => {
      const found = [...output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm)];
      return found.length === 0 ? undefined : { passed: sum(found, 1), failed: sum(found, 2), skipped: sum(found, 3) };
    },
  },
  {
    runners: ['maven', 'gradle'],
    read: (output) => {
      const found = [...output.matchAll(/Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)\s*$/gm)].at(
        -1,
      );
      if (found === undefined) return undefined;
      const [ran = 0, failures = 0, errors = 0, skipped = 0] = found.slice(1).map(Number);
      return { passed: ran - failures - errors - skipped, failed: failures + errors, skipped };
    },
  },
];

/** Reads the counts from a runner's output; says so when only the exit code is known. */
export function readTestCounts(runner: string, output: string, exitCode: number | undefined): TestCounts {
  const text = output.replace(/\u001b\[[0-9;]*m/g, '');
  const own = readers.filter(({ runners }) => runners.includes(runner));
  for (const { read } of own.length > 0 ? own : readers) {
    const numbers = read(text);
    if (numbers !== undefined) return { ...numbers, source: 'parsed' };
  }
  return { passed: 0, failed: exitCode === 0 ? 0 : 1, skipped: 0, source: 'exit' };
}

/** The last line of that form, with numbers before words: `3 passed, 1 failed`. */
function readLine(output: string, line: RegExp, words: readonly [string, string, string, string]): Numbers | undefined {
  const found = [...output.matchAll(line)].at(-1)?.[0];
  if (found === undefined) return undefined;
  const [passed, failed, skipped, fourth] = words.map((word) =>
    Number(new RegExp(`(\\d+) ${word}`).exec(found)?.[1] ?? 0),
  );
  const isError = words[3] === 'error';
  return {
    passed: passed ?? 0,
    failed: (failed ?? 0) + (isError ? (fourth ?? 0) : 0),
    skipped: (skipped ?? 0) + (isError ? 0 : (fourth ?? 0)),
  };
}

function lastNumber(output: string, pattern: RegExp): number | undefined {
  const found = [...output.matchAll(pattern)].at(-1)?.[1];
  return found === undefined ? undefined : Number(found);
}

function count(output: string, pattern: RegExp): number {
  return [...output.matchAll(pattern)].length;
}

function sum(matches: readonly RegExpExecArray[], group: number): number {
  return matches.reduce((total, match) => total + Number(match[group] ?? 0), 0);
}
