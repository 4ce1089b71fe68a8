import { join, posix } from 'node:path';
import { isForgeError, type CommandResult, type TestCommand, type TestCounts } from '@forge/plugin-api';
import { countCases, readJUnitReport, type TestReport } from '../evidence/junit-report.ts';
import { readPrintedCases } from '../evidence/printed-cases.ts';
import { withDistinctNames, type TestCase } from '../evidence/test-case.ts';
import { reporterFor, type Reporter } from '../evidence/test-reporters.ts';
import { readReport, readReports, removeReport } from '../workspace/read-reports.ts';
import { readTestCounts } from './test-counts.ts';
import { runOnBench, type TestBench } from './test-bench.ts';

/** One time that the tests ran. */
export interface Look {
  readonly command: TestCommand;
  readonly result: CommandResult;
  readonly counts: TestCounts;
  /** Undefined where the tests have no names. */
  readonly cases?: readonly TestCase[];
  readonly reporter?: Reporter | undefined;
}

/**
 * Runs the tests and reads what they left. A reporter that was added must change nothing: when the tests fail and there
 * is no report, they are run without it.
 */
export async function lookAtTests(bench: TestBench, command: TestCommand, reporter?: Reporter): Promise<Look> {
  const chosen = reporter ?? (await chooseReporter(bench, command));
  if (chosen === undefined) return plainLook(bench, command);
  const { env = {}, args = [], report: where } = chosen;
  if (typeof where === 'string') await removeReport(where);
  const result = await runOnBench(bench, { ...command, command: [...command.command, ...args] }, { env });
  const report = await reportOf(bench, command, chosen);
  if (report !== undefined) {
    return { command, result, cases: report.cases, counts: { ...report.counts, source: 'junit' }, reporter: chosen };
  }
  const isAsItWas = result.exitCode === 0 || (chosen.env === undefined && chosen.args === undefined);
  return isAsItWas ? seen(command, result) : plainLook(bench, command);
}

async function plainLook(bench: TestBench, command: TestCommand): Promise<Look> {
  return seen(command, await runOnBench(bench, command));
}

function seen(command: TestCommand, result: CommandResult): Look {
  const { output, truncated, exitCode } = result;
  // With its middle left out, names and what is counted line by line would be too few.
  const cases = truncated ? undefined : readPrintedCases(command.runner, output);
  const counts = readTestCounts(command.runner, output, exitCode);
  return { command, result, counts, ...(cases === undefined ? {} : { cases }) };
}

async function chooseReporter(bench: TestBench, command: TestCommand): Promise<Reporter | undefined> {
  const { run, commit, place } = bench;
  const { directory } = command;
  return reporterFor({
    command,
    file: join(place.temporary, 'forge-report.xml'),
    read: (name) => run.workspaces.readFile(commit, posix.join(directory, name)),
    async ask(...words) {
      try {
        const { exitCode, output } = await runOnBench(bench, { command: words, directory });
        return exitCode === 0 ? output : undefined;
      } catch (error) {
        if (isForgeError(error, 'COMMAND_NOT_FOUND')) return undefined;
        throw error;
      }
    },
  });
}

async function reportOf(
  { run, commit, workspace }: TestBench,
  { directory }: TestCommand,
  { report }: Reporter,
): Promise<TestReport | undefined> {
  if (typeof report === 'string') {
    const text = await readReport(report);
    return text === undefined ? undefined : readJUnitReport(text, workspace);
  }
  const top = posix.normalize(directory);
  // A report that is under version control tells of no run of the tests.
  const tracked = new Set(await run.workspaces.listFiles(commit));
  const texts = await readReports(join(workspace, top), (path) => report(path) && !tracked.has(posix.join(top, path)));
  const read = texts?.map((text) => readJUnitReport(text, workspace));
  if (read === undefined || !read.every((found) => found !== undefined)) return undefined;
  const cases = withDistinctNames(read.flatMap((found) => found.cases));
  return { cases, counts: countCases(cases) };
}
