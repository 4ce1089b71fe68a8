import type { Plan } from '@forge/plugin-api';
import { count, formatDuration, formatMoney, formatTime, formatTokens, type Spending } from './figures.ts';
import { findingWords, forkText } from './event-lines.ts';
import { addSpending } from './fold-run.ts';
import { glyph } from './glyphs.ts';
import { phaseFacts } from './phase-facts.ts';
import { phaseState, stateOf, surroundings } from './picture.ts';
import { phaseMs, type RunView } from './run-view.ts';
import type { Style } from './style.ts';
import { drawTests } from './test-details.ts';
import { drawTable } from './table.ts';
import { harmless, oneLine } from './text-width.ts';
import { verdictWords } from './verdict-words.ts';

interface Settings {
  readonly style: Style;
  readonly columns: number;
}

type Section = readonly [title: string, body: string];

/** Everything about a run that stands on a page, section by section. */
export function drawDetails(view: RunView, settings: Settings): string {
  const sections: Section[] = [
    ['', header(view)],
    ['Phases', phaseTable(view, settings)],
    ['Tasks', taskTable(view, settings)],
    ['Findings', findings(view, settings.style)],
    ['Tests', view.tests.map(drawTests).join('\n')],
    ['Asked', requests(view, settings.style)],
    ['Costs', costs(view, settings)],
    ['Proof', harmless(view.proof ?? '').trim()],
  ];
  return sections
    .filter(([, body]) => body !== '')
    .map(([title, body]) => (title === '' ? body : `${settings.style.bold(title)}\n${indent(body)}`))
    .join('\n\n');
}

/** The plan with what each task is for. */
export function drawPlan(plan: Plan, style: Style): string {
  const { summary, assumptions, tasks, assessment } = plan;
  const list = (name: string, items: readonly string[]): string[] =>
    items.length === 0 ? [] : [`  ${style.dim(name)}`, ...items.map((item) => `    - ${oneLine(item)}`)];
  const head = [harmless(summary), ...list('Assumed', assumptions), ...list('Not clear', assessment.gaps)];
  const blocks = tasks.map(({ id, title, goal, files, dependencies, acceptance }) =>
    [
      style.bold(`${id}  ${oneLine(title)}`),
      indent(harmless(goal)),
      ...list('Files', files),
      ...list('After', dependencies),
      ...list('Done when', acceptance),
    ].join('\n'),
  );
  return [head.join('\n'), ...blocks].join('\n\n');
}

function header(view: RunView): string {
  const from = view.base === undefined ? '' : `${view.base.branch ?? ''} ${view.base.commit.slice(0, 12)}`.trim();
  const rows: Section[] = [
    ['run', view.runId],
    ['task', oneLine(view.task)],
    ['status', view.recorded ? `${view.status} (recorded model)` : view.status],
    ['started', formatTime(view.startedAt)],
    ['branch', view.branch],
    ['from', from],
    ['fork', view.forkedFrom === undefined ? '' : forkText(view.forkedFrom).replace(/^fork /, '')],
    ['with', surroundings(view).join(' · ')],
  ];
  return rows
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${name.padEnd(9)}${text}`)
    .join('\n');
}

function phaseTable(view: RunView, { style, columns }: Settings): string {
  const rows = view.phases.map((phase) => [
    `${glyph(phaseState(view, phase), style)} ${phase.name}`,
    oneLine(phaseFacts(view, phase)),
    phase.status === 'waiting' ? '' : formatDuration(phaseMs(phase, view.lastAt)),
    phase.spent.tokens > 0 ? formatMoney(phase.spent) : '',
  ]);
  return drawTable(rows, [{}, { flexible: true }, { align: 'right' }, { align: 'right' }], columns - 2);
}

function taskTable(view: RunView, { style, columns }: Settings): string {
  const rows = view.tasks.map((task) => [
    `${glyph(stateOf(view, task), style)} ${task.id}`,
    task.dependencies.length > 0 ? `after ${task.dependencies.join(', ')}` : '',
    oneLine(task.problem ?? task.title),
    task.spent.tokens > 0 ? formatMoney(task.spent) : '',
  ]);
  return drawTable(rows, [{}, {}, { flexible: true }, { align: 'right' }], columns - 2);
}

function findings({ findings: entries }: RunView, style: Style): string {
  const words = { open: glyph('warn', style), resolved: glyph('done', style), rejected: glyph('note', style) };
  const states = { open: 'open', resolved: 'fixed', rejected: 'not upheld' };
  return entries
    .map(
      ({ finding, state }) =>
        `${words[state]} ${finding.severity}, ${states[state]}: ${oneLine(findingWords(finding))}`,
    )
    .join('\n');
}

function requests({ requests: entries }: RunView, style: Style): string {
  return entries
    .map(({ request, decision }) => {
      if (decision === undefined) return `${glyph('ask', style)} ${oneLine(request.title)} — open, ${request.id}`;
      const sign = glyph(decision.approved === false ? 'failed' : 'done', style);
      return `${sign} ${oneLine(request.title)} — ${oneLine(verdictWords(decision, request.options))}`;
    })
    .join('\n');
}

/** The ledger by agent, and its sum. */
function costs(view: RunView, { columns }: Settings): string {
  const agents = new Map<string, { spent: Spending; executions: number }>();
  for (const { agent, spent } of Object.values(view.executions)) {
    const known = agents.get(agent);
    agents.set(agent, {
      spent: known === undefined ? spent : addSpending(known.spent, spent),
      executions: (known?.executions ?? 0) + 1,
    });
  }
  const row = (name: string, detail: string, spent: Spending): string[] => [
    name,
    detail,
    `${formatTokens(spent.tokens)} tokens`,
    formatMoney(spent),
  ];
  const rows = [...agents].map(([name, { spent, executions }]) => row(name, count(executions, 'execution'), spent));
  if (rows.length === 0) return '';
  const all = row('all', '', view.spent);
  return drawTable([...rows, all], [{}, {}, { align: 'right' }, { align: 'right' }], columns - 2);
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
