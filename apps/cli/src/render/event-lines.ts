import type { EventOf, EventPayload, EventType, Finding, ForgeEvent } from '@forge/plugin-api';
import { formatDollars, formatDuration, formatMoney, formatTokens } from './figures.ts';
import type { Glyph } from './glyphs.ts';
import { estimateWords } from './estimate-words.ts';
import { countsOf, phaseFacts } from './phase-facts.ts';
import { phaseState, surroundings } from './picture.ts';
import { phaseMs, type RunView } from './run-view.ts';
import { oneLine } from './text-width.ts';
import { verdictWords } from './verdict-words.ts';

/** What an event says in one line; `detail` is of interest only to who looks for it. */
export interface EventLine {
  readonly glyph: Glyph;
  readonly text: string;
  readonly detail: boolean;
}

type Describe<T extends EventType> = (
  event: EventOf<T>,
  view: RunView,
) => readonly [glyph: Glyph, text: string, detail?: 'detail'] | undefined;

/** The line for an event, given the view with that event in it. Undefined: it has nothing to say. */
export function eventLine(event: ForgeEvent, view: RunView): EventLine | undefined {
  const describe = Object.hasOwn(lines, event.type) ? (lines[event.type] as Describe<EventType>) : undefined;
  const line = describe?.(event as never, view);
  if (line === undefined) return undefined;
  return { glyph: line[0], text: oneLine(line[1]), detail: line[2] === 'detail' };
}

const lines: { readonly [T in EventType]: Describe<T> } = {
  'run.started': ({ payload, traceId }, view) => [
    'running',
    [
      `run ${traceId}`,
      ...(payload.forkedFrom === undefined ? [] : [forkText(payload.forkedFrom)]),
      `branch ${payload.branch}`,
      `budget ${formatDollars(payload.budgetUsd)}`,
      ...surroundings(view),
    ].join(' · '),
  ],
  'run.resumed': ({ payload }) => ['running', `resumed by ${payload.owner}`],
  'run.parked': ({ payload }) => ['parked', parkedText(payload)],
  'run.completed': ({ payload }) => ['done', `done: ${payload.summary}`],
  'run.failed': ({ payload }) => ['failed', `${payload.message} [${payload.code}]`],
  'run.discarded': ({ payload }) => ['parked', `discarded by ${payload.by}`],

  'sandbox.selected': ({ payload }) => ['note', `sandbox ${payload.name} (${payload.level}): ${payload.detail}`],
  'phase.entered': ({ payload }) => ['running', payload.phase],
  'phase.completed': ({ payload }, view) => [
    phaseState(view, { name: payload.phase, status: 'done' }),
    phaseWords(payload.phase, view),
  ],
  'phase.failed': ({ payload }) => ['failed', `${payload.phase}: ${payload.message} [${payload.code}]`],

  'plan.created': ({ payload: { plan } }) => ['note', `plan: ${plan.tasks.map((task) => task.id).join(', ')}`],
  'work.estimated': ({ payload }) => [payload.fits ? 'note' : 'warn', estimateWords(payload)],
  'task.started': ({ payload }) => ['running', `${payload.taskId}: ${payload.title}`],
  'task.completed': ({ payload }) => ['done', `${payload.taskId}: ${payload.summary}`],
  'task.conflicted': ({ payload }) => [
    'warn',
    `${payload.taskId}: does not fit what is merged, resolving ${payload.files.join(', ')}${payload.attempt > 1 ? ` (attempt ${payload.attempt})` : ''}`,
  ],
  'task.merged': ({ payload }) => ['note', `${payload.taskId}: merged as ${payload.commit.slice(0, 12)}`],
  'task.failed': ({ payload }) => ['failed', `${payload.taskId}: ${payload.message} [${payload.code}]`],

  'execution.started': (event) => ['running', `${who(event)}: ${event.payload.agent} starts`, 'detail'],
  'execution.completed': (event, view) => ['done', `${who(event, view)}: ready`, 'detail'],
  'execution.failed': (event, view) => [
    'failed',
    `${who(event, view)}: ${event.payload.message} [${event.payload.code}]`,
  ],
  'execution.restarted': (event, view) => ['warn', `${who(event, view)}: starts again, ${event.payload.reason}`],
  'worker.lost': (event, view) => ['warn', `${who(event, view)}: goes on elsewhere, ${event.payload.message}`],

  'llm.requested': (event, view) => [
    'note',
    `${who(event, view)}: asks ${event.payload.provider}:${event.payload.model}`,
    'detail',
  ],
  'llm.responded': (event, view) => ['note', `${who(event, view)}: reply, ${replyCost(event)}`, 'detail'],
  'llm.retried': (event, view) => [
    'warn',
    `${who(event, view)}: ${event.payload.message}; try ${event.payload.attempt + 1} in ${Math.ceil(event.payload.waitMs / 1000)} s`,
  ],
  'llm.fallback': (event, view) => [
    'warn',
    `${who(event, view)}: ${event.payload.message}; asks ${event.payload.to} instead of ${event.payload.from}`,
  ],
  'llm.failed': (event, view) => ['failed', `${who(event, view)}: ${event.payload.message} [${event.payload.code}]`],
  'tool.repeated': (event, view) => [
    'warn',
    `${who(event, view)}: ${event.payload.tool} runs again, ${event.payload.reason}`,
  ],
  'tool.intent': (event, view) => ['note', `${who(event, view)}: ${event.payload.description}`],
  'tool.result': (event, view) => [
    event.payload.ok ? 'note' : 'warn',
    `${who(event, view)}: ${event.payload.tool} ${event.payload.ok ? 'done' : `failed: ${event.payload.text.replaceAll('\n', '; ').slice(0, 200)}`}`,
    'detail',
  ],
  'memory.called': (event, view) => ['note', `${who(event, view)}: memory ${event.payload.operation}`, 'detail'],
  'step.completed': (event, view) => ['note', `${who(event, view)}: ${event.payload.name}`, 'detail'],
  'agent.progress': (event, view) => ['note', `${who(event, view)}: ${event.payload.message}`],
  'agent.note': (event, view) => [
    'note',
    `${who(event, view)}: ${event.payload.decision}${event.rationale === undefined ? '' : ` (${event.rationale})`}`,
  ],

  'request.opened': ({ payload: { request, decidedBy } }) =>
    decidedBy === undefined
      ? ['ask', `${request.title} — forge ${request.kind === 'approval' ? 'approve' : 'answer'} ${request.id}`]
      : ['note', request.title],
  'request.voted': ({ payload: { level, of, vote } }) => [
    vote.approved ? 'note' : 'failed',
    `${vote.approved ? 'approved' : 'rejected'} by ${vote.by}, level ${level} of ${of}${vote.reason ? ` (${vote.reason})` : ''}`,
  ],
  'request.escalated': ({ payload: { from, level, of, approvers } }) => [
    'ask',
    `nobody of level ${from} decided in time: level ${level} of ${of} is asked (${approvers.join(', ')})`,
  ],
  'request.decided': ({ payload }, view) => {
    const request = view.requests.find((entry) => entry.request.id === payload.requestId)?.request;
    const sign = payload.decision.approved === false ? 'failed' : 'note';
    return [sign, `${request?.title ?? payload.requestId} — ${verdictWords(payload.decision, request?.options)}`];
  },

  'finding.detected': ({ payload }) => ['warn', `${payload.finding.severity} ${findingWords(payload.finding)}`],
  'finding.rejected': ({ payload }) => ['note', `not upheld: ${findingWords(payload.finding)} (${payload.reason})`],
  'finding.resolved': ({ payload }) => ['done', `fixed: ${findingWords(payload.finding)}`],
  'tests.ran': ({ payload: { evidence } }) => [
    evidence.exitCode === 0 ? 'done' : evidence.on === 'base' ? 'note' : 'failed',
    `tests on ${evidence.on === 'base' ? 'the base' : 'the result'}: ${countsOf(evidence)} (${evidence.command})`,
  ],
  'breaker.tripped': ({ payload }) => ['failed', `limit ${payload.breaker}: ${payload.reason}`],
  'breaker.nudged': (event, view) => ['warn', `${who(event, view)}: ${event.payload.reason}`],
  'circuit.opened': ({ payload, timestamp }) => [
    'warn',
    `${payload.subject} ${payload.name} failed ${payload.failures} times in a row: left alone for ${formatDuration(payload.until - timestamp)}`,
  ],
  'circuit.closed': ({ payload }) => ['note', `${payload.subject} ${payload.name} works again`],
  'webhook.disabled': ({ payload }) => ['warn', `webhook ${payload.webhookId} is switched off: ${payload.reason}`],
  'deployment.decided': ({ payload }) => [
    'note',
    `risk ${payload.risk}, ${payload.strategy}${payload.requireApproval ? ', needs your approval' : ''}: ${payload.reasons.join('; ')}`,
  ],
  'deployment.stage': ({ payload }) => ['done', `${payload.deployer} ${payload.stage}: ${payload.location}`],
  'deployment.rolledback': ({ payload }) => [
    'warn',
    `${payload.deployer} ${payload.stage} rolled back: ${payload.issues.join('; ')}`,
  ],
  custom: (event) => ['note', `${event.source}: ${event.payload.name}`, 'detail'],
};

const parkedWords = {
  approval: 'waits for your approval',
  question: 'waits for your answer',
  'outcome-unknown': 'waits for you: it is not known whether a step was carried out',
  quota: 'waits for the quota of the model',
  budget: 'stopped at its budget',
  stopped: 'stopped with a checkpoint',
  'disk-full': 'stopped because the disk is full',
  'recovery-limit': 'stopped because it makes no progress',
} as const;

/** Why a run waits. What is asked has its own line. */
export function parkedText({ reason, detail }: EventPayload<'run.parked'>): string {
  const asked = reason === 'approval' || reason === 'question' || reason === 'outcome-unknown';
  return asked || detail === '' ? parkedWords[reason] : `${parkedWords[reason]}: ${oneLine(detail)}`;
}

/** The task, or else the agent, that an event is about. */
function who(event: ForgeEvent, view?: RunView): string {
  return event.taskId ?? view?.executions[event.executionId ?? '']?.agent ?? event.phase ?? event.source;
}

export function findingWords({ file, line, message }: Finding): string {
  return `${file}${line === undefined ? '' : `:${line}`} ${message}`;
}

function phaseWords(name: string, view: RunView): string {
  const phase = view.phases.find((entry) => entry.name === name);
  if (phase === undefined) return name;
  const figures = [formatDuration(phaseMs(phase, view.lastAt)), formatMoney(phase.spent)];
  return [name, phaseFacts(view, phase), ...figures].filter((word) => word !== '').join(' · ');
}

function replyCost({ payload, costUsd = payload.costUsd }: EventOf<'llm.responded'>): string {
  const { usage, estimated } = payload;
  const tokens = usage === undefined ? undefined : usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const counted =
    tokens === undefined ? '' : `${formatTokens(tokens)} tokens in, ${formatTokens(usage?.outputTokens ?? 0)} out, `;
  return `${counted}${costUsd === undefined ? '$?' : formatDollars(costUsd)}${estimated ? ' estimated' : ''}`;
}

/** Where a fork comes from, and what was paid there and is not paid again. */
export function forkText({ runId, seq, costUsd, tokens }: NonNullable<RunView['forkedFrom']>): string {
  const inherited = formatMoney({ costUsd, unpriced: costUsd === 0 && tokens > 0 });
  return `fork of ${runId} at event ${seq} · ${inherited} inherited`;
}
