import { estimateRange } from './estimate-words.ts';
import type { TestEvidence } from '@forge/plugin-api';
import { count } from './figures.ts';
import type { ExecutionView, PhaseView, RunView } from './run-view.ts';

/** What there is to say of a phase in one line, from what was seen rather than from what an agent claims. */
export function phaseFacts(view: RunView, phase: PhaseView): string {
  if (phase.status === 'failed') return phase.summary;
  const facts = factsByPhase[phase.name]?.(view, phase) ?? [];
  const words = facts.filter((fact) => fact !== '');
  if (words.length > 0) return words.join(' · ');
  if (phase.status !== 'running') return phase.summary;
  return activityOf(runningIn(view, phase.name)[0]) || (phase.name === 'testing' ? 'running the tests' : '');
}

const factsByPhase: Readonly<Record<string, (view: RunView, phase: PhaseView) => readonly string[]>> = {
  planning: (view, phase) => [
    view.plan && phase.status === 'done' ? count(view.plan.tasks.length, 'task') : '',
    answeredQuestions(view),
  ],
  implementation: (view, phase) => {
    const total = view.tasks.length;
    if (phase.status === 'done') return [total === 0 ? '' : `${count(total, 'task')} done`];
    const [done, running, failed] = (['done', 'running', 'failed'] as const).map(
      (status) => view.tasks.filter((task) => task.status === status).length,
    );
    return [
      some(done, 'done'),
      some(running, 'running'),
      some(failed, 'failed'),
      some(total - (done ?? 0) - (running ?? 0) - (failed ?? 0), 'waiting'),
      view.estimate === undefined ? '' : `estimated ${estimateRange(view.estimate)}`,
    ];
  },
  review: (view, phase) => (phase.status === 'done' || view.findings.length > 0 ? [findingFacts(view)] : []),
  testing: (view) => [testFacts(view)],
  deployment: (view) => view.deployed.slice(-1).map(({ stage, location }) => `${stage} ${location}`),
};

export function findingFacts({ findings }: RunView): string {
  if (findings.length === 0) return 'no findings';
  const number = (state: string): number => findings.filter((entry) => entry.state === state).length;
  const rejected = number('rejected');
  const words = `${count(number('resolved'), 'finding')} fixed, ${number('open')} open`;
  return rejected > 0 ? `${words}, ${rejected} not upheld` : words;
}

/** `41 passed (9 new), base 32 passed`. */
export function testFacts({ tests }: RunView): string {
  const base = tests.findLast((evidence) => evidence.on === 'base');
  const result = tests.findLast((evidence) => evidence.on === 'result');
  if (result === undefined) return base === undefined ? '' : `base ${countsOf(base)}`;
  const added = base === undefined ? 0 : result.counts.passed - base.counts.passed;
  const news = added > 0 && base?.counts.source !== 'exit' && result.counts.source !== 'exit' ? ` (${added} new)` : '';
  return `${countsOf(result)}${news}${base === undefined ? '' : `, base ${countsOf(base)}`}`;
}

/** The last tests of the result failed: the phase may be over all the same, where they did so on the base, too. */
export function testsFail({ tests }: RunView): boolean {
  const result = tests.findLast((evidence) => evidence.on === 'result');
  return result !== undefined && (result.timedOut || result.exitCode !== 0 || result.counts.failed > 0);
}

/** `2 failed, 39 passed`. */
export function countsOf({ counts, exitCode, timedOut, rerun }: TestEvidence): string {
  if (timedOut) return 'timed out';
  const again = rerun?.exitCode === 0 ? 'passed when run again' : '';
  const words =
    counts.source === 'exit'
      ? [exitCode === 0 ? 'passed' : `failed with exit code ${exitCode ?? 'unknown'}`, again]
      : [some(counts.failed, 'failed'), `${counts.passed} passed`, some(counts.skipped, 'skipped'), again];
  return words.filter((word) => word !== '').join(', ');
}

/**
 * Executions that are under way in a phase and do not belong to a task of the plan. A fix that review asks for is the
 * work of an implementer while review is the phase: it stands there.
 */
export function runningIn(view: RunView, name: string): readonly ExecutionView[] {
  const isRunning = (phase: string | undefined): boolean =>
    view.phases.some((other) => other.name === phase && other.status === 'running');
  return Object.values(view.executions).filter(
    ({ status, phase, taskId }) =>
      status === 'running' &&
      !view.tasks.some((task) => task.id === taskId) &&
      (phase === name || (isRunning(name) && !isRunning(phase))),
  );
}

export function activityOf(execution: ExecutionView | undefined): string {
  if (execution === undefined) return '';
  return execution.trouble === '' ? execution.activity : execution.trouble;
}

function answeredQuestions(view: RunView): string {
  const answered = view.requests.filter(({ request, decision }) => request.kind === 'question' && decision);
  const byTimeout = answered.filter(({ decision }) => decision?.by === 'timeout').length;
  const byPeople = answered.length - byTimeout;
  const words = [
    byPeople > 0 ? `${count(byPeople, 'question')} answered by you` : '',
    byTimeout > 0 ? `${count(byTimeout, 'question')} answered by assumption` : '',
  ];
  return words.filter((word) => word !== '').join(' · ');
}

function some(number: number | undefined, word: string): string {
  return number === undefined || number === 0 ? '' : `${number} ${word}`;
}
