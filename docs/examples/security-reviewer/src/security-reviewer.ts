import { defineAgent, reviewOutputSchema, runToolLoop, type Agent, type Finding } from '@forge/plugin-api';
import { addedLines } from './added-lines.ts';
import { runSecurityChecks } from './security-checks.ts';

/** Fixed checks first: they cost nothing and overlook nothing that they know. Then a model looks for the rest. */
export function createSecurityReviewer(prompt: string): Agent<'reviewer'> {
  return defineAgent({
    id: 'custom-security-reviewer',
    type: 'reviewer',
    description: 'Reviews the security of a change: fixed checks of what it adds, then a model',
    async execute({ requirement, diff, change, previousFindings }, ctx) {
      const known = runSecurityChecks(addedLines(diff));
      await ctx.note(`fixed checks: ${known.length} findings`, 'they look at the lines that the change adds');
      ctx.progress('looking for what no fixed check knows');
      const review = await runToolLoop(ctx, {
        system: prompt,
        opening: [{ type: 'text', text: describe(requirement.task, diff, [...known, ...previousFindings]) }],
        answer: { name: 'review', schema: reviewOutputSchema },
      });
      const findings = [...known, ...review.findings.filter((one) => !known.some((other) => isSame(one, other)))];
      const unseen = change.files.filter(
        ({ path }) => !diff.includes(`+++ b/${path}\n`) && !diff.includes(`--- a/${path}\n`),
      );
      return {
        approved: review.approved && known.length === 0,
        findings: [...findings, ...unseen.map(({ path }) => notSeen(path))],
        ...(review.summary === undefined ? {} : { summary: review.summary }),
      };
    },
  });
}

function describe(task: string, diff: string, known: readonly Finding[]): string {
  const list = known.map(({ file, line, message }) => `- ${file}:${line ?? ''} ${message}`).join('\n');
  return `The change shall: ${task}\n\nFound already, not to be reported again while it is there:\n${list || '- nothing'}\n\nDiff:\n${diff}`;
}

function isSame(one: Finding, other: Finding): boolean {
  return one.file === other.file && one.line === other.line;
}

/** A diff that is too long for the prompt is cut: what is not in it must not count as reviewed. */
function notSeen(file: string): Finding {
  return { severity: 'info', file, message: 'The diff was cut before this file: no fixed check has seen it' };
}
