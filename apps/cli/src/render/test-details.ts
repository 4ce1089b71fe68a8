import type { NamedTests, TestEvidence } from '@forge/plugin-api';
import { countsOf } from './phase-facts.ts';
import { oneLine } from './text-width.ts';

const mostNames = 10;

const sources = { junit: 'from a report', parsed: 'counted in the output', exit: 'by the exit code alone' } as const;

/** One run of the tests: its figures, where they come from, and what became of tests that have names. */
export function drawTests(evidence: TestEvidence): string {
  const { on, command, counts, comparison, rerun } = evidence;
  const groups: readonly (readonly [string, NamedTests | undefined])[] = [
    ['newly failing', comparison?.newlyFailing],
    ['flaky', rerun?.flaky],
    ['still failing', comparison?.stillFailing],
    ['removed', comparison?.removed],
    ['newly skipped', comparison?.newlySkipped],
    ['newly passing', comparison?.newlyPassing],
  ];
  const told = groups.flatMap(([what, found]) =>
    found === undefined || found.count === 0 ? [] : [`  ${what} (${found.count}): ${listOf(found)}`],
  );
  return [`${on.padEnd(6)} ${countsOf(evidence)}  ${command}  (${sources[counts.source]})`, ...told].join('\n');
}

function listOf({ count, names }: NamedTests): string {
  const shown = names.slice(0, mostNames).map((name) => oneLine(name));
  return `${shown.join('; ')}${count > shown.length ? '; …' : ''}`;
}
