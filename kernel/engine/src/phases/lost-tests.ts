import type { Finding, NamedTests, TestEvidence } from '@forge/plugin-api';
import { counted } from './counted.ts';

/** Names that stand in one finding. */
const mostNames = 10;

/**
 * A finding for tests that were there before and are gone or skipped now: by name where the tests have names, else by
 * their number. A change may do that, but nobody's word for it counts but a person's. `files` are those of the base.
 */
export function lostTests(
  base: TestEvidence | undefined,
  result: TestEvidence | undefined,
  files: readonly string[],
): readonly Finding[] {
  if (base === undefined || result === undefined || base.counts.source === 'exit') return [];
  const { comparison } = result;
  const messages =
    comparison === undefined
      ? lostByNumber(base, result).map((message) => ({ message, file: '.' }))
      : [
          ...lostByName(comparison.removed, 'gone', files),
          ...lostByName(comparison.newlySkipped, 'skipped now', files),
        ];
  return messages.map((found) => ({ severity: 'high', ...found }));
}

function lostByName({ count, names }: NamedTests, how: string, files: readonly string[]) {
  const groups = Map.groupBy(names, (name) => fileOf(name, files) ?? '.');
  const untold = count - names.length;
  const rest = untold > 0 ? [{ file: '.', message: `${counted(untold, 'further test')} ${are(untold)} ${how}` }] : [];
  const told = [...groups].map(([file, inFile]) => {
    const some = inFile.slice(0, mostNames).map((name) => `"${name}"`);
    const more = inFile.length > mostNames ? ` and ${inFile.length - mostNames} more` : '';
    const what =
      inFile.length === 1 ? 'A test that was there before is' : `${inFile.length} tests that were there before are`;
    return { file, message: `${what} ${how}: ${some.join(', ')}${more}` };
  });
  return [...told, ...rest];
}

function lostByNumber({ counts: before }: TestEvidence, { counts: now }: TestEvidence): readonly string[] {
  const total = before.passed + before.failed + before.skipped;
  if (now.source === 'exit') return total > 0 ? [`${counted(total, 'test')} ran before, none can be counted now`] : [];
  const lost = total - now.passed - now.failed - now.skipped;
  const skipped = now.skipped - before.skipped;
  const ran = now.passed + now.failed < before.passed + before.failed;
  return [
    ...(lost > 0
      ? [`${counted(lost, 'test')} that ${lost === 1 ? 'was' : 'were'} there before ${are(lost)} gone`]
      : []),
    ...(skipped > 0 && ran ? [`${counted(skipped, 'more test')} ${are(skipped)} skipped than before`] : []),
  ];
}

function are(count: number): string {
  return count === 1 ? 'is' : 'are';
}

/** Runners name a test by its file, or by a module with dots. */
function fileOf(name: string, files: readonly string[]): string | undefined {
  const head = name.split(' › ', 1)[0] ?? '';
  const modules = head.split('.').map((_, index, parts) => parts.slice(0, parts.length - index).join('/'));
  return [head, ...modules.map((module) => `${module}.py`)].find((path) => files.includes(path));
}
