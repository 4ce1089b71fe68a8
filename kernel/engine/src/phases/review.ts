import { forgeError, severities, type Change, type Finding, type PlanTask, type ReviewOutput } from '@forge/plugin-api';
import { runExecution } from '../run/run-execution.ts';
import type { Run } from '../run/run.ts';
import { sameFinding } from '../run/run-state.ts';
import { fix, furtherTaskId } from './change.ts';
import { changeOf } from './change-of.ts';
import { checkFinding } from './check-finding.ts';
import { counted } from './counted.ts';
import { instructionsFor } from './instructions.ts';
import type { PhaseResult, Progress } from './progress.ts';
import { roundsFor } from './rounds.ts';
import { inspectionWorkspace } from './workspaces.ts';

/** Bytes of the diff that stand in the prompt; the reviewer's tools can see the rest. */
const diffBytes = 60_000;

/** The change is reviewed, and faults go back to the implementer, until none is left or the rounds are used up. */
export async function review(run: Run, progress: Progress): Promise<PhaseResult> {
  const rounds = roundsFor(run, run.deps.config.review.rounds, 'phase review');
  const seen: Finding[] = [];
  for (let round = 1; ; round += 1) {
    // When it is resumed, what came of a round is judged by what was reviewed in it, not by what was mended since.
    const change = await changeOf(run, run.state.executions[`review/round-${round}/1`]?.base);
    const output = await reviewOnce(run, progress, change, round, seen);
    const findings = await checkedFindings(run, output.findings, change, round);
    await resolveOthers(run, seen, findings, round);
    const blocking = blockingFindings(run, output, findings);
    if (blocking.length === 0 && output.approved) {
      return { progress: { ...progress, openFindings: findings }, summary: summaryOf(seen.length, findings.length) };
    }
    if (round > rounds) throw rejected(run, blocking, round);
    // A no whose findings do not hold leaves nothing to fix: the reviewer looks again.
    if (blocking.length === 0) continue;
    seen.push(...blocking.filter((finding) => !seen.some((other) => sameFinding(other, finding))));
    const task = fixTask(furtherTaskId(progress.plan, `fix-review-${round}`), blocking);
    await fix(run, progress, {
      key: `implementation/${task.id}`,
      task,
      feedback: { findings: [...blocking] },
    });
  }
}

async function reviewOnce(
  run: Run,
  progress: Progress,
  change: Change,
  round: number,
  previousFindings: readonly Finding[],
): Promise<ReviewOutput> {
  const files = change.files.map(({ path }) => path);
  const { output } = await runExecution(run, {
    key: `review/round-${round}`,
    phase: 'review',
    agentType: 'reviewer',
    input: {
      requirement: run.requirement,
      plan: progress.plan,
      change,
      diff: await run.workspaces.diff(change.base, change.commit, diffBytes),
      instructions: await instructionsFor(run, progress, files),
      round,
      previousFindings: [...previousFindings],
    },
    about: files,
    workspace: inspectionWorkspace(run),
    base: change.commit,
  });
  return output;
}

/** Only findings about what is really there count; each is told once, and again when it comes back after a later round. */
async function checkedFindings(
  run: Run,
  findings: readonly Finding[],
  change: Change,
  round: number,
): Promise<readonly Finding[]> {
  const kept: Finding[] = [];
  for (const finding of findings) {
    const fault = checkFinding(finding, await run.workspaces.readFile(change.commit, finding.file), change);
    if (fault === undefined) kept.push(finding);
    const isTold = run.state.findings.some(
      (known) => sameFinding(known.finding, finding) && (known.state !== 'resolved' || known.round >= round),
    );
    if (isTold) continue;
    if (fault === undefined) await run.events.emit('finding.detected', { finding, round }, { phase: 'review' });
    else await run.events.emit('finding.rejected', { finding, reason: fault }, { phase: 'review' });
  }
  return kept;
}

async function resolveOthers(
  run: Run,
  seen: readonly Finding[],
  now: readonly Finding[],
  round: number,
): Promise<void> {
  for (const finding of seen) {
    if (now.some((other) => sameFinding(other, finding))) continue;
    const isOpen = run.state.findings.some(
      (known) => sameFinding(known.finding, finding) && known.state === 'open' && known.round < round,
    );
    if (isOpen) await run.events.emit('finding.resolved', { finding, round }, { phase: 'review' });
  }
}

function blockingFindings(run: Run, output: ReviewOutput, findings: readonly Finding[]): readonly Finding[] {
  const floor = severities.indexOf(run.deps.config.review.severityFloor);
  const grave = findings.filter(({ severity }) => severities.indexOf(severity) >= floor);
  return grave.length === 0 && !output.approved ? findings : grave;
}

function rejected({ id }: Run, blocking: readonly Finding[], round: number): Error {
  const [first] = blocking;
  return forgeError(
    'REVIEW_REJECTED',
    first === undefined
      ? 'The reviewer did not approve and gave no finding'
      : `${counted(blocking.length, 'finding')} still open after ${counted(round, 'review')}`,
    {
      ...(first === undefined
        ? {}
        : { where: `${first.file}${first.line === undefined ? '' : `:${first.line}`}`, why: first.message }),
      fix: `look at \`forge show\`; forge resume ${id} tries again; or say more clearly what is wanted`,
    },
  );
}

function fixTask(id: string, findings: readonly Finding[]): PlanTask {
  return {
    id,
    title: `Fix ${counted(findings.length, 'review finding')}`,
    goal: findings
      .map(({ file, line, message }) => `${file}${line === undefined ? '' : `:${line}`}: ${message}`)
      .join('\n'),
    files: [...new Set(findings.map(({ file }) => file))],
    dependencies: [],
    acceptance: ['every finding is fixed at its cause', 'nothing else changes'],
  };
}

function summaryOf(fixed: number, open: number): string {
  return `${counted(fixed, 'finding')} fixed, ${open} open`;
}
