import type { TestCounts } from '@forge/plugin-api';
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { caseName, mostCases, withDistinctNames, type TestCase } from './test-case.ts';

export interface TestReport {
  readonly cases: readonly TestCase[];
  readonly counts: Omit<TestCounts, 'source'>;
}

/** Deeper than any runner nests its suites. */
const deepest = 100;
/** XML cannot hold them, and runners write them all the same: colours in messages. */
// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g;
/** How Node's runner ends its report. It counts tests with subtests, which stand there as suites. */
const ownFigures = /<!-- (pass|fail|skipped|todo) (\d+) -->/g;

/**
 * Reads a report in the JUnit format. Undefined for all else: what is no well-formed XML, has a document type (which
 * could declare entities), is too deep, or lists too many tests. The report is written by the code under test, so it is
 * read as a stream, nothing in it is looked up, and nothing is kept of it but names and outcomes.
 */
export function readJUnitReport(text: string, workspace: string): TestReport | undefined {
  try {
    const cases = withDistinctNames(casesIn(text.replaceAll(controls, ''), workspace));
    return { cases, counts: figuresIn(text) ?? countCases(cases) };
  } catch {
    return undefined;
  }
}

export function countCases(cases: readonly TestCase[]): TestReport['counts'] {
  const number = (status: TestCase['status']) => cases.filter((found) => found.status === status).length;
  return { passed: number('passed') + number('flaky'), failed: number('failed'), skipped: number('skipped') };
}

function casesIn(text: string, workspace: string): TestCase[] {
  const cases: TestCase[] = [];
  const open: SaxesTagPlain[] = [];
  let status: TestCase['status'] = 'passed';
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw new Error('a report has no document type');
  });
  parser.on('opentag', (tag) => {
    if (open.length === 0 && !/^testsuites?$/.test(tag.name)) throw new Error('not a report of tests');
    if (open.push(tag) > deepest) throw new Error('too deep');
    if (tag.name === 'testcase') status = 'passed';
    if (open.at(-2)?.name !== 'testcase') return;
    if (tag.name === 'failure' || tag.name === 'error') status = 'failed';
    else if (tag.name === 'skipped' && status === 'passed') status = 'skipped';
  });
  parser.on('closetag', (tag) => {
    open.pop();
    if (tag.name !== 'testcase') return;
    if (cases.length === mostCases) throw new Error('too many tests');
    cases.push({ name: nameOf(tag, open, workspace), status });
  });
  parser.write(text).close();
  return cases;
}

function nameOf({ attributes }: SaxesTagPlain, suites: readonly SaxesTagPlain[], workspace: string): string {
  const { file, classname, name } = attributes;
  // Where every case names its class or file, suites only repeat it, or hold what differs from run to run.
  const saysWhere = classname !== undefined && classname !== 'test';
  const names = suites.filter((suite) => suite.name === 'testsuite').map((suite) => suite.attributes['name']);
  return caseName(saysWhere ? [file, classname, name] : [file, ...names, name], workspace);
}

function figuresIn(text: string): TestReport['counts'] | undefined {
  const found = Object.fromEntries(
    Array.from(text.slice(-1_000).matchAll(ownFigures), (match) => [match[1], Number(match[2])]),
  );
  const { pass, fail, skipped = 0, todo = 0 } = found as Partial<Record<'pass' | 'fail' | 'skipped' | 'todo', number>>;
  return pass === undefined || fail === undefined ? undefined : { passed: pass, failed: fail, skipped: skipped + todo };
}
