export interface TestCase {
  /** Names it within its project: file or class, suites, its own name. No two cases of a run share one. */
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped' | 'flaky';
}

/** More tests than this are not told apart by name. */
export const mostCases = 50_000;
const longestName = 300;

/** A test's name of its parts, on one line, without the folder that it happened to run in. */
export function caseName(parts: readonly (string | undefined)[], workspace?: string): string {
  const words = parts.flatMap((part) => {
    const here = workspace === undefined ? (part ?? '') : (part ?? '').replaceAll(`${workspace}/`, '');
    const word = here.replaceAll(/\s+/g, ' ').trim();
    return word === '' ? [] : [word];
  });
  const name = words.filter((word, index) => word !== words[index + 1]).join(' › ');
  return name.slice(0, longestName).toWellFormed();
}

/** Numbers those that share a name. */
export function withDistinctNames(cases: readonly TestCase[]): readonly TestCase[] {
  const seen = new Map<string, number>();
  return cases.map((found) => {
    const count = (seen.get(found.name) ?? 0) + 1;
    seen.set(found.name, count);
    return count === 1 ? found : { ...found, name: `${found.name} #${count}` };
  });
}
