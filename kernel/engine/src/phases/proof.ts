import type { Change, DeploymentOutput } from '@forge/plugin-api';
import type { Run } from '../run/run.ts';
import { counted } from './counted.ts';
import type { Progress } from './progress.ts';
import { countsOf, verdictOn } from './test-verdict.ts';

/** The short proof of work, Markdown: what was planned, seen, found and paid, and the log that holds it all. */
export function proofOf(run: Run, progress: Progress, change: Change, assessment: DeploymentOutput): string {
  const { findings, spentUsd, tokens, unknownPrice } = run.state;
  const fixed = findings.filter(({ state }) => state === 'resolved').length;
  const open = findings.filter(({ state }) => state === 'open').length;
  const added = change.files.reduce((sum, file) => sum + file.added, 0);
  const removed = change.files.reduce((sum, file) => sum + file.removed, 0);
  return [
    `## ${progress.plan.summary}`,
    '',
    `- Change: ${counted(change.files.length, 'file')}, +${added} −${removed}, ${change.base.slice(0, 12)}..${change.commit.slice(0, 12)}`,
    ...progress.plan.tasks.map(({ id, title }) => `- Task ${id}: ${title}`),
    `- Review: ${counted(fixed, 'finding')} fixed, ${open} open`,
    `- Tests: ${testsLine(progress)}`,
    `- Risk: ${assessment.risk} (${assessment.reasons.join('; ')})`,
    ...progress.plan.assumptions.map((assumption) => `- Taken as given: ${assumption}`),
    `- Cost: ${unknownPrice ? '$?' : `$${spentUsd.toFixed(4)}`}, ${tokens} tokens`,
    `- Run: ${run.id}, log hash ${run.events.head.hash.slice(0, 16)} at event ${run.events.head.seq}`,
  ].join('\n');
}

function testsLine({ tests }: Progress): string {
  const [base, result] = tests;
  if (base === undefined || result === undefined) return 'none found';
  const note = verdictOn(base, result) === 'no-worse' ? '; they failed before the change, too' : '';
  return `\`${result.command}\`: ${countsOf(result)}; before the change: ${countsOf(base)}${note}`;
}
