import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readJUnitReport } from '../../src/evidence/junit-report.ts';
import { readPrintedCases } from '../../src/evidence/printed-cases.ts';

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
const told = (cases: readonly { readonly name: string; readonly status: string }[] | undefined) =>
  cases?.map(({ name, status }) => `${status}: ${name}`);

describe('readJUnitReport', () => {
  it('reads what Node writes: suites inside each other, equal names, its own figures', () => {
    const report = readJUnitReport(fixture('node-test.xml'), '/checkout');
    expect(told(report?.cases)).toEqual([
      'passed: outer <&&quot;> thing › inner › works',
      'failed: outer <&&quot;> thing › inner › fails',
      'skipped: outer <&&quot;> thing › inner › later',
      'skipped: outer <&&quot;> thing › inner › todo',
      'passed: top level',
      'passed: top level #2',
      'passed: with sub › sub one',
    ]);
    expect(report?.counts).toEqual({ passed: 5, failed: 1, skipped: 2 });
  });

  it.each([
    {
      name: 'pytest',
      counts: { passed: 4, failed: 2, skipped: 2 },
      some: ['failed: test_a › test_bad', 'failed: test_a › test_error', 'passed: test_a.TestC › test_m'],
    },
    {
      name: 'vitest',
      counts: { passed: 3, failed: 1, skipped: 2 },
      some: ['failed: a.test.js › outer > inner <&> > fails', 'passed: a.test.js › each #2'],
    },
    {
      name: 'surefire',
      counts: { passed: 1, failed: 2, skipped: 1 },
      some: ['failed: x.ATest › errors', 'skipped: x.ATest › later'],
    },
  ])('reads what $name writes', ({ name, counts, some }) => {
    const report = readJUnitReport(fixture(`${name}.xml`), '/checkout');
    expect(report?.counts).toEqual(counts);
    expect(told(report?.cases)).toEqual(expect.arrayContaining(some));
  });

  it('names a test the same wherever its checkout lies', () => {
    const inFolder = (path: string) =>
      told(readJUnitReport(`<testsuite><testcase name="a" file="${path}/test/a.js"/></testsuite>`, path)?.cases);
    expect(inFolder('/runs/1/test-base')).toEqual(['passed: test/a.js › a']);
    expect(inFolder('/runs/1/test-result')).toEqual(inFolder('/runs/1/test-base'));
  });

  it('reads through colours and keeps names short and on one line', () => {
    const text = `<testsuites><testcase name="a&#10;b ${'x'.repeat(1000)}"><failure>\u001b[31mred\u0000</failure></testcase></testsuites>`;
    const [found] = readJUnitReport(text, '')?.cases ?? [];
    expect(found).toMatchObject({ status: 'failed', name: expect.stringMatching(/^a b x+$/) });
    expect(found?.name).toHaveLength(300);
  });

  const many = (count: number) => `<testsuite>${'<testcase name="a"/>'.repeat(count)}</testsuite>`;
  it.each([
    { name: 'nothing', text: '' },
    { name: 'no XML', text: 'all fine' },
    { name: 'another document', text: '<html><testcase name="a"/></html>' },
    { name: 'one that ends too early', text: '<testsuites><testcase name="a"/>' },
    { name: 'one with a second root', text: '<testsuite/><testsuite/>' },
    { name: 'entities that grow', text: '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><testsuites/>' },
    {
      name: 'a file from outside',
      text: '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuites>&a;</testsuites>',
    },
    { name: 'unknown entities', text: '<testsuites><testcase name="&passwd;"/></testsuites>' },
    { name: 'suites without end', text: `${'<testsuite>'.repeat(200)}${'</testsuite>'.repeat(200)}` },
    { name: 'more tests than can be', text: many(50_001) },
  ])('does not read $name', ({ text }) => {
    expect(readJUnitReport(text, '')).toBeUndefined();
  });

  it('lets no attribute become a property that objects have', () => {
    const text = '<testsuites><testcase name="constructor" classname="__proto__"/></testsuites>';
    expect(told(readJUnitReport(text, '')?.cases)).toEqual(['passed: __proto__ › constructor']);
  });
});

describe('readPrintedCases', () => {
  it('reads cargo: tests below their binary, and nothing that a test printed', () => {
    expect(told(readPrintedCases('cargo', fixture('cargo.txt')))).toEqual([
      'skipped: src/lib.rs › tests::later',
      'passed: src/lib.rs › tests::ok',
      'failed: src/lib.rs › tests::bad',
      'passed: tests/int.rs › ok',
      'passed: Doc-tests fx › src/lib.rs - f (line 1)',
    ]);
  });

  it('reads go: tests with the package that is named after them', () => {
    const output = [
      '=== RUN   TestA',
      '--- PASS: TestA (0.00s)',
      '    --- FAIL: TestB/sub (0.00s)',
      '--- FAIL: TestB (0.00s)',
      'FAIL',
      'FAIL\texample.org/x\t0.002s',
      '--- SKIP: TestA (0.00s)',
      'ok  \texample.org/y\t0.002s',
    ];
    expect(told(readPrintedCases('go', output.join('\n')))).toEqual([
      'passed: example.org/x › TestA',
      'failed: example.org/x › TestB/sub',
      'failed: example.org/x › TestB',
      'skipped: example.org/y › TestA',
    ]);
  });

  it('knows no names of other runners', () => {
    expect(readPrintedCases('mocha', '  4 passing (12ms)\n')).toBeUndefined();
    expect(readPrintedCases('cargo', 'error: could not compile\n')).toBeUndefined();
  });
});
