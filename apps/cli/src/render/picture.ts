import { formatDollars, formatDuration, formatMoney, formatTokens } from './figures.ts';
import { type Glyph, glyph, recordedMark } from './glyphs.ts';
import { activityOf, phaseFacts, runningIn, testsFail } from './phase-facts.ts';
import { elapsedMs, phaseMs, type ExecutionView, type PhaseView, type RunView, type TaskView } from './run-view.ts';
import type { Style } from './style.ts';
import { fitLine, oneLine, padEnd, padStart, textWidth } from './text-width.ts';

export interface PictureSettings {
  readonly now: number;
  readonly style: Style;
  readonly columns: number;
  readonly rows: number;
  /** The last line, such as what Ctrl-C does. */
  readonly hint: string;
}

const widest = 110;
const nameWidth = 16;
const figuresWidth = 18;

/** The run as rows: phases, what is under way in them, what is still to come, and what it cost so far. */
export function drawRun(view: RunView, settings: PictureSettings): string[] {
  const { style, rows } = settings;
  const mark = view.recorded ? style.yellow(recordedMark) : '';
  const width = Math.min(settings.columns, widest) - textWidth(mark);
  const header = headerLines(view, width, style);
  const footer = footerLine(view, settings);
  const body = bodyLines(view, { ...settings, columns: width }, Math.max(3, rows - header.length - 2));
  return [...header, ...body, footer].map((line) => mark + fitLine(line, width));
}

/** `forge 0.1.0 · run 01J… · branch forge/01J…-rate-limit · budget $2.00`, on as many lines as it takes. */
export function headerLines(view: RunView, width: number, style: Style): string[] {
  const parts = [`forge ${view.forgeVersion}`, `run ${view.runId}`, `branch ${view.branch}`];
  const limits = [`budget ${formatDollars(view.budgetUsd)}`, ...surroundings(view)];
  return wrapParts([...parts, ...limits], width).map((line, index) => (index === 0 ? style.bold(line) : line));
}

/** Which model and which sandbox are in force. */
export function surroundings(view: RunView): string[] {
  const models = [...new Set(Object.values(view.models))];
  const { sandbox } = view;
  return [
    ...(models.length === 0 ? [] : [`model ${models.join(', ')}`]),
    ...(sandbox === undefined ? [] : [`sandbox ${sandbox.name} (${sandbox.level})`]),
  ];
}

export function wrapParts(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const joined = `${last} · ${part}`;
    if (last === undefined) lines.push(part);
    else if (textWidth(joined) <= width) lines[lines.length - 1] = joined;
    else lines.push(`  ${part}`);
  }
  return lines;
}

function bodyLines(view: RunView, settings: PictureSettings, space: number): string[] {
  const started = view.phases.filter((phase) => phase.status !== 'waiting');
  const waiting = view.phases.filter((phase) => phase.status === 'waiting');
  const fixed = started.length + (waiting.length > 0 ? 1 : 0);
  const lines = started.flatMap((phase) => [
    phaseLine(view, phase, settings),
    ...(phase.status === 'done' ? [] : detailLines(view, phase, settings, Math.max(1, space - fixed))),
  ]);
  if (waiting.length > 0 && view.status === 'running') {
    lines.push(`  ${waiting.map((phase) => waitingPhase(view, phase, settings.style)).join('   ')}`);
  }
  return lines;
}

function phaseLine(view: RunView, phase: PhaseView, { now, style, columns }: PictureSettings): string {
  const name = padEnd(phase.name, nameWidth);
  const left = `  ${glyph(phaseState(view, phase), style)} ${phase.status === 'running' ? style.bold(name) : name}`;
  const figures = padStart(formatDuration(phaseMs(phase, now)), 8) + padStart(formatMoney(phase.spent), 10);
  return `${left}${cell(phaseFacts(view, phase), columns - textWidth(left) - figuresWidth)}${style.dim(figures)}`;
}

/** Nothing runs in a run that does not run. */
export function stateOf(view: RunView, { status }: Pick<TaskView, 'status'>): Glyph {
  return status === 'running' && view.status !== 'running' ? 'parked' : status;
}

/** As `stateOf`, and a testing phase that ended with failing tests is no plain success. */
export function phaseState(view: RunView, phase: Pick<PhaseView, 'name' | 'status'>): Glyph {
  return phase.name === 'testing' && phase.status === 'done' && testsFail(view) ? 'warn' : stateOf(view, phase);
}

function waitingPhase(view: RunView, phase: PhaseView, style: Style): string {
  const approval = phase.name === 'deployment' && (view.deployment?.requireApproval ?? view.automationLevel < 2);
  return style.dim(`${glyph('waiting', style)} ${phase.name}${approval ? ' (needs your approval)' : ''}`);
}

/** The tasks of the phase, or else the agents at work in it. */
function detailLines(view: RunView, phase: PhaseView, settings: PictureSettings, space: number): string[] {
  const agents = runningIn(view, phase.name).map((execution) => ({
    line: detailLine(
      [glyph('running', settings.style), execution.agent, '', activityOf(execution)],
      execution,
      settings,
    ),
    urgency: 0,
  }));
  const tasks =
    phase.name === 'implementation' || view.tasks.some((task) => executionOf(view, task)?.phase === phase.name);
  const rows = tasks ? [...agents, ...view.tasks.map((task) => taskRow(view, task, settings))] : agents;
  if (rows.length <= space) return rows.map((row) => row.line);
  const kept = new Set(rows.toSorted((left, right) => left.urgency - right.urgency).slice(0, space - 1));
  return [...rows.filter((row) => kept.has(row)).map((row) => row.line), `      … and ${rows.length - kept.size} more`];
}

const urgencies = { running: 1, failed: 2, waiting: 3, done: 4 };

function taskRow(view: RunView, task: TaskView, settings: PictureSettings): { line: string; urgency: number } {
  const execution = executionOf(view, task);
  const open = task.dependencies.filter((id) => view.tasks.find((other) => other.id === id)?.status !== 'done');
  const words = {
    running: execution?.status === 'done' ? 'done, waits to be merged' : activityOf(execution),
    failed: task.problem ?? 'failed',
    done: task.merged ? 'merged' : 'done, waits to be merged',
    waiting: open.length > 0 ? `waits for ${open.join(', ')}` : 'waits for its turn',
  };
  const agent = task.status === 'running' ? (execution?.agent ?? '') : '';
  const cells = [glyph(stateOf(view, task), settings.style), task.id, agent, words[task.status]] as const;
  return { line: detailLine(cells, task, settings, view), urgency: urgencies[task.status] };
}

/** The newest execution for a task. */
export function executionOf(view: RunView, task: TaskView): ExecutionView | undefined {
  return Object.values(view.executions).findLast((execution) => execution.taskId === task.id);
}

function detailLine(
  [mark, name, agent, words]: readonly [string, string, string, string],
  { spent }: Pick<TaskView, 'spent'>,
  { style, columns }: PictureSettings,
  view?: RunView,
): string {
  const longest = Math.max(12, ...(view?.tasks.map((task) => task.id.length) ?? []));
  const left = `      ${mark} ${padEnd(name, Math.min(longest, 28) + 2)}${agent === '' ? '' : padEnd(agent, 14)}`;
  if (spent.tokens === 0) return `${left}${oneLine(words)}`;
  return `${left}${cell(words, columns - textWidth(left) - 10)}${style.dim(padStart(formatMoney(spent), 10))}`;
}

function footerLine(view: RunView, { now, style, hint }: PictureSettings): string {
  const money = `${formatMoney(view.spent)} of ${formatDollars(view.budgetUsd)}`;
  const parts = [money, `${formatTokens(view.spent.tokens)} tokens`, formatDuration(elapsedMs(view, now)), hint];
  return style.dim(`  ${parts.filter((part) => part !== '').join(' · ')}`);
}

/** Exactly so many columns of a text. */
function cell(text: string, width: number): string {
  return padEnd(fitLine(oneLine(text), Math.max(0, width - 1)), width);
}
