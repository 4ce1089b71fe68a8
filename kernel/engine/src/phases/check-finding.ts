import type { Change, Finding } from '@forge/plugin-api';

/** How far from its line a quote may stand, in lines: models miscount a little. */
const nearby = 5;

/** Why a finding does not fit the code; undefined when it does. */
export function checkFinding(finding: Finding, text: string | undefined, change: Change): string | undefined {
  const { file, line, quote } = finding;
  if (text === undefined) {
    return change.files.some(({ path }) => path === file) ? undefined : `there is no file ${file}`;
  }
  const lines = text.split('\n');
  if (line !== undefined && line > lines.length) return `${file} has only ${lines.length} lines`;
  if (quote === undefined || quote.trim() === '') return undefined;
  const from = line === undefined ? 0 : Math.max(0, line - 1 - nearby);
  const to = line === undefined ? lines.length : line + nearby;
  const around = squeezed(lines.slice(from, to).join('\n'));
  return around.includes(squeezed(quote))
    ? undefined
    : `the quoted text does not stand in ${file}${line === undefined ? '' : ` near line ${line}`}`;
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
