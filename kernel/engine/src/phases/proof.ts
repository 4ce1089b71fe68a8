import type { Change, DeploymentOutput, Finding, NamedTests } from '@forge/plugin-api';
import { sameFinding } from '../run/run-state.ts';
import type { Run } from '../run/run.ts';
import { counted } from './counted.ts';
import type { Progress } from './progress.ts';
import { countsOf, verdictOn } from './test-verdict.ts';

/** Names of tests and findings that the proof holds; all of them stand in the log. */
const mostNames = 10;
const mostSeen = 20;

/** The short proof of work, Markdown: what was planned, seen, found and paid, and the log that holds it all. */
export function proofOf(
  run: Run,
  progress: Progress,
  change: Change,
  { assessment, seen }: { readonly assessment: DeploymentOutput; readonly seen: readonly Finding[] },
): string {
  const { findings, spentUsd, tokens, unknownPrice } = run.state;
  const fixed = findings.filter(({ state }) => state === 'resolved').length;
  const isSeen = (finding: Finding) => seen.some((other) => sameFinding(other, finding));
  const open = findings.filter(({ finding, state }) => state === 'open' && !isSeen(finding)).length;
  const added = change.files.reduce((sum, file) => sum + file.added, 0);
  const removed = change.files.reduce((sum, file) => sum + file.removed, 0);
  return [
    `## ${progress.plan.summary}`,
    '',
    `- Change: ${counted(change.files.length, 'file')}, +${added} −${removed}, ${change.base.slice(0, 12)}..${change.commit.slice(0, 12)}`,
    ...progress.plan.tasks.map(({ id, title }) => `- Task ${id}: ${title}`),
    `- Review: ${counted(fixed, 'finding')} fixed, ${open} open`,
    ...testLines(progress).map((line) => `- ${line}`),
    ...seen.slice(0, mostSeen).map(({ file, message }) => `- Look at: ${file === '.' ? '' : `${file}: `}${message}`),
    ...(seen.length > mostSeen ? [`- Look at: ${seen.length - mostSeen} more findings`] : []),
    `- Risk: ${assessment.risk} (${assessment.reasons.join('; ')})`,
    ...progress.plan.assumptions.map((assumption) => `- Taken as given: ${assumption}`),
    `- Cost: ${unknownPrice ? '$?' : `$${spentUsd.toFixed(4)}`}, ${tokens} tokens`,
    `- Run: ${run.id}, log hash ${run.events.head.hash} at event ${run.events.head.seq}`,
  ].join('\n');
}

/** A commit's message with the proof in it, before the last lines, which are for programs. */
export function withProof(message: string, proof: string): string {
  const [, body = message, trailer = ''] = /^([\s\S]*?)(\n\nForge-Run: \S+)?$/.exec(message) ?? [];
  // A line that begins with # is a comment to git when somebody edits the message.
  return `${body}\n\n${proof.replaceAll(/^#+ /gm, 'Proof of work: ')}${trailer}`;
}

function testLines({ tests }: Progress): readonly string[] {
  const [base, result] = tests;
  if (base === undefined || result === undefined) return ['Tests: none found'];
  const note = verdictOn(base, result) === 'no-worse' ? '; they failed before the change, too' : '';
  const { comparison, rerun } = result;
  const groups: readonly (readonly [string, NamedTests | undefined])[] = [
    ['Flaky, failed and passed on the same commit', rerun?.flaky],
    ['Newly passing', comparison?.newlyPassing],
    ['Still failing', comparison?.stillFailing],
  ];
  return [
    `Tests: \`${result.command}\`: ${countsOf(result)}; before the change: ${countsOf(base)}${note}`,
    ...groups.flatMap(([what, found]) =>
      found === undefined || found.count === 0 ? [] : [`${what}: ${namesOf(found)}`],
    ),
  ];
}

function namesOf({ count, names }: NamedTests): string {
  const shown = names.slice(0, mostNames);
  return `${shown.join('; ')}${count > shown.length ? `; and ${count - shown.length} more` : ''}`;
}
