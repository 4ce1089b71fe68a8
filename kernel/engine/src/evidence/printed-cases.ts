import { caseName, mostCases, withDistinctNames, type TestCase } from './test-case.ts';

const runners: Readonly<Record<string, (lines: readonly string[]) => readonly TestCase[]>> = {
  cargo: cargoCases,
  go: goCases,
};

/** Tests by name, as runners without a report print them. Undefined where they print none. */
export function readPrintedCases(runner: string, output: string): readonly TestCase[] | undefined {
  const cases = runners[runner]?.(output.split('\n'));
  return cases === undefined || cases.length === 0 || cases.length > mostCases ? undefined : withDistinctNames(cases);
}

const cargoStatus = { ok: 'passed', FAILED: 'failed', ignored: 'skipped' } as const;

/** Each binary's tests come below its heading. What tests print themselves comes after `failures:`. */
function cargoCases(lines: readonly string[]): readonly TestCase[] {
  const cases: TestCase[] = [];
  let where: string | undefined;
  let listing = false;
  for (const line of lines) {
    const heading = /^ {3,}(?:Running (?:unittests )?(\S+) \(.*\)|(Doc-tests) (\S+))$/.exec(line);
    if (heading !== null) where = heading[1] ?? `${heading[2]} ${heading[3]}`;
    if (/^running \d+ tests?$/.test(line)) listing = true;
    if (line === 'failures:' || line.startsWith('test result: ')) listing = false;
    const found = listing ? /^test (.+?)(?: - should panic)? \.\.\. (ok|FAILED|ignored)\b/.exec(line) : null;
    if (found === null) continue;
    cases.push({ name: caseName([where, found[1]]), status: cargoStatus[found[2] as keyof typeof cargoStatus] });
  }
  return cases;
}

const goStatus = { PASS: 'passed', FAIL: 'failed', SKIP: 'skipped' } as const;

/** A package is named after its tests, when it has ended. */
function goCases(lines: readonly string[]): readonly TestCase[] {
  const cases: TestCase[] = [];
  let open: { readonly test: string; readonly status: TestCase['status'] }[] = [];
  for (const line of lines) {
    const found = /^\s*--- (PASS|FAIL|SKIP): (\S+) \(/.exec(line);
    if (found !== null) open.push({ test: found[2] ?? '', status: goStatus[found[1] as keyof typeof goStatus] });
    const ended = /^(?:ok {2}|FAIL)\t(\S+)/.exec(line);
    if (ended === null) continue;
    cases.push(...open.map(({ test, status }) => ({ name: caseName([ended[1], test]), status })));
    open = [];
  }
  return cases;
}
