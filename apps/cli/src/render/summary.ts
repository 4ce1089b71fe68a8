import type { ForgeError } from '@forge/plugin-api';
import { count, formatDollars, formatDuration, formatMoney, formatTime } from './figures.ts';
import { parkedText } from './event-lines.ts';
import { glyph, recordedMark } from './glyphs.ts';
import { findingFacts, testFacts } from './phase-facts.ts';
import { elapsedMs, type RunView } from './run-view.ts';
import type { Style } from './style.ts';
import { harmless, oneLine, padEnd, textWidth } from './text-width.ts';

export interface SummarySettings {
  readonly style: Style;
  readonly columns: number;
}

type Pair = readonly [name: string, text: string];

/** How a run ended and what to do next, in a few lines that start with a word or a glyph. */
export function drawSummary(view: RunView, settings: SummarySettings, error?: ForgeError): string {
  const { style } = settings;
  const pairs = (error === undefined ? pairsOf(view) : pairsOfFailure(view, error)).filter(([, text]) => text !== '');
  const lines = [`${headline(view, style, error)}`, ...layOut(pairs, view.status === 'completed', settings)];
  return lines.map((line) => (view.recorded ? `${style.yellow(recordedMark)}${line}` : line)).join('\n');
}

function headline(view: RunView, style: Style, error: ForgeError | undefined): string {
  const figures = `${formatDuration(elapsedMs(view, view.lastAt))} · ${formatMoney(view.spent)}`;
  if (view.parked !== undefined) {
    return `${glyph('parked', style)} ${style.bold(capital(parkedText(view.parked)))} · ${figures}`;
  }
  if (error !== undefined) return `${glyph('failed', style)} ${oneLine(error.message)} [${error.code}] · ${figures}`;
  if (view.failure !== undefined) {
    return `${glyph('failed', style)} ${oneLine(view.failure.message)} [${view.failure.code}] · ${figures}`;
  }
  if (view.status === 'discarded') return `${glyph('parked', style)} Discarded · ${figures}`;
  if (view.status === 'running') return `${glyph('running', style)} Under way for ${figures}`;
  return [`${glyph('done', style)} ${style.bold(`Done in ${figures}`)}`, changed(view)].filter(Boolean).join(' · ');
}

function changed({ change, plan }: RunView): string {
  if (change === undefined) return plan === undefined ? '' : `plan of ${count(plan.tasks.length, 'task')}`;
  const sum = (key: 'added' | 'removed'): number => change.files.reduce((total, file) => total + file[key], 0);
  return `${count(change.files.length, 'file')} changed, +${sum('added')} −${sum('removed')}`;
}

function pairsOf(view: RunView): readonly Pair[] {
  if (view.parked !== undefined) return waitingPairs(view);
  if (view.status === 'failed') return failedPairs(view, view.failure?.fix, view.failure?.code);
  if (view.change === undefined) return view.plan === undefined ? [] : planPairs(view);
  const { branch } = view.change;
  const isDone = (name: string): boolean => view.phases.some((phase) => phase.name === name && phase.status === 'done');
  return [
    ['Review', isDone('review') ? findingFacts(view) : ''],
    ['Tests', testFacts(view) || (isDone('testing') ? 'none were found' : '')],
    ['Branch', branch],
    ['Diff', `git diff ${view.base?.branch ?? view.change.base.slice(0, 12)}...${branch}`],
    ['Next', `git merge ${branch}`],
    ['or', `forge show ${view.runId} --diff`],
  ];
}

/** A new run of the same task would pay for the plan again. */
function planPairs({ runId }: RunView): readonly Pair[] {
  return [
    ['Plan', `forge show ${runId} --plan`],
    ['Next', `forge fork ${runId}`],
  ];
}

function pairsOfFailure(view: RunView, error: ForgeError): readonly Pair[] {
  if (view.parked !== undefined) return waitingPairs(view);
  const { where, why, fix } = error.details;
  return [['Where', where ?? ''], ['Why', why ?? ''], ...failedPairs(view, fix, error.code)];
}

/** Ends that going on would only come to again: what was refused stays refused. */
const finalFaults: readonly string[] = ['GATE_REJECTED', 'NOTHING_CHANGED'];

function failedPairs(view: RunView, fix: string | undefined, code: string | undefined): readonly Pair[] {
  const { runId } = view;
  const next: readonly Pair[] = finalFaults.includes(code ?? '')
    ? [
        ['Next', `forge discard ${runId}`],
        ['or', 'forge run "<what shall be done instead>"'],
      ]
    : [
        ['Next', `forge resume ${runId}`],
        ['or', `forge discard ${runId}`],
      ];
  return [['Fix', fix ?? ''], ['See', `forge show ${runId}`], ['or', `forge logs ${runId}`], ...next];
}

/** Why a delivery needs a person. */
const deliveryReasons: Readonly<Record<string, string>> = {
  'protected-files': 'protected files are changed',
  'lost-tests': 'tests that were there before are gone or skipped',
  'high-risk': 'the risk is high',
  deployment: '',
};

function askedBecause(reason: string, { deployment }: RunView): string {
  const head = deliveryReasons[reason] ?? '';
  const reasons = deployment?.reasons.join('; ') ?? '';
  return head === '' || reasons === '' ? head : `${head}: ${reasons}`;
}

/** How a run that waits goes on. */
function waitingPairs(view: RunView): readonly Pair[] {
  const { runId, parked, requests, budgetUsd } = view;
  const asked = requests.filter(({ decision }) => decision === undefined).map(({ request }) => request);
  const decide = asked.flatMap(({ id, kind, title, options, reason }): Pair[] => [
    ['Asked', title],
    ['Why', askedBecause(reason, view)],
    ['See', reason in deliveryReasons ? `forge show ${runId} --diff` : ''],
    ...(kind === 'approval'
      ? ([
          ['Yes', `forge approve ${id}`],
          ['No', `forge reject ${id} --reason "…"`],
        ] as const)
      : ([['Answer', `forge answer ${id} ${options.map((option) => option.id).join('|') || '"…"'}`]] as const)),
  ]);
  const resume = `forge resume ${runId}`;
  // Older logs do not say which limit it was.
  const isMoney = parked?.code === undefined || parked.code === 'BREAKER_COST';
  const fix: readonly Pair[] = parked?.reason === 'budget' ? [['Fix', parked.fix ?? '']] : [];
  const next = {
    approval: resume,
    question: resume,
    'outcome-unknown': resume,
    quota: `${resume}${parked?.wakeAt === undefined ? '' : `, from ${formatTime(parked.wakeAt)} on`}`,
    budget: isMoney ? `${resume} --budget ${formatDollars(Math.max(1, budgetUsd * 2)).slice(1)}` : resume,
    stopped: resume,
    'disk-full': `free some space, then ${resume}`,
    'recovery-limit': `look at forge logs ${runId}, then ${resume}`,
  }[parked?.reason ?? 'stopped'];
  return [...decide, ...fix, [asked.length > 0 ? 'Then' : 'Next', next], ['or', `forge discard ${runId}`]];
}

/** Two pairs to a line where both fit and belong together, else one. */
function layOut(pairs: readonly Pair[], twoByTwo: boolean, { style, columns }: SummarySettings): string[] {
  const names = Math.max(6, ...pairs.map(([name]) => name.length)) + 3;
  const draw = ([name, text]: Pair): string =>
    `${style.dim(padEnd(name, names))}${harmless(text)
      .trim()
      .replaceAll('\n', `\n${' '.repeat(names + 2)}`)}`;
  const widths = pairs.filter((_, index) => index % 2 === 0).map((pair) => textWidth(draw(pair)));
  const left = Math.max(0, ...widths) + 3;
  const right = Math.max(0, ...pairs.filter((_, index) => index % 2 === 1).map((pair) => textWidth(draw(pair))));
  if (!twoByTwo || pairs.length % 2 === 1 || 2 + left + right > columns) return pairs.map((pair) => `  ${draw(pair)}`);
  return pairs.flatMap((pair, index) => {
    const other = pairs[index + 1];
    return index % 2 === 1 || other === undefined ? [] : [`  ${padEnd(draw(pair), left)}${draw(other)}`];
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
