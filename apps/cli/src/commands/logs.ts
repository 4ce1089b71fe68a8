import { type EventPayload, type ForgeEvent, forgeError } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { pollRun } from '../poll-run.ts';
import { eventLine } from '../render/event-lines.ts';
import { formatTime } from '../render/figures.ts';
import { applyEvent, viewOf } from '../render/fold-run.ts';
import { glyph, recordedMark } from '../render/glyphs.ts';
import { emptyRunView, type RunView } from '../render/run-view.ts';
import { harmless } from '../render/text-width.ts';
import { resolveRun } from '../resolve-id.ts';
import { storedRuns } from '../stored-runs.ts';
import { withForge } from '../with-forge.ts';

interface Options {
  readonly follow?: boolean;
  readonly full?: boolean;
}

export default function logs(call: CommandCall<Options>): Promise<CommandEnd> {
  const { options, printer, words } = call;
  const [given, part] = words;
  return withForge(call, async (forge) => {
    const store = await storedRuns(forge);
    const { id, status } = await resolveRun(store, given);
    const follows = options.follow === true && status === 'running';
    // What is followed may still come to it.
    if (part !== undefined && !follows) expectPart(await store.readEvents(id), part, id);
    let view = emptyRunView;
    const show = (event: ForgeEvent): void => {
      view = applyEvent(view, event);
      if (part !== undefined && !concerns(event, part, view)) return;
      printer.object(event);
      for (const line of written(event, view, call)) printer.words(line);
    };
    if (follows) await pollRun(store, id, call.world, show);
    else (await store.readEvents(id)).forEach(show);
    return { code: 0, runId: id, status: view.status };
  });
}

function expectPart(events: readonly ForgeEvent[], part: string, runId: string): void {
  const view = viewOf(events);
  if (events.some((event) => concerns(event, part, view))) return;
  const { tasks, phases, executions } = view;
  const agents = Object.values(executions).map(({ agent }) => agent);
  const known = { tasks: tasks.map(({ id }) => id), agents, phases: phases.map(({ name }) => name) };
  // A part that is known and to which nothing happened yet has a log, an empty one.
  if (Object.values(known).flat().includes(part)) return;
  const lines = Object.entries(known).map(([kind, names]) => `${kind}: ${[...new Set(names)].join(', ')}`);
  throw forgeError('USAGE', `Run ${runId} has no task, agent or phase "${part}"`, {
    why: lines.join('\n'),
    fix: `name one of them, or see all: forge logs ${runId}`,
  });
}

/** A task, an agent, a phase, or an execution. */
function concerns({ taskId, phase, executionId = '', source }: ForgeEvent, part: string, view: RunView): boolean {
  return [taskId, phase, executionId, source, view.executions[executionId]?.agent].includes(part);
}

function written(event: ForgeEvent, view: RunView, { printer: { style }, options }: CommandCall<Options>): string[] {
  const line = eventLine(event, view);
  if (line === undefined) return [];
  const time = style.dim(formatTime(event.timestamp).slice(11));
  const number = style.dim(`#${event.seq}`.padEnd(5));
  const mark = view.recorded ? style.yellow(recordedMark) : '';
  const full = options.full === true ? harmless(wordsOf(event)).trimEnd() : '';
  return [
    `${mark}${time} ${number} ${glyph(line.glyph, style)} ${line.text}`,
    ...(full === '' ? [] : full.split('\n').map((row) => `${mark}                 ${row}`)),
  ];
}

/** What the model said, or what a tool or the tests printed. */
function wordsOf(event: ForgeEvent): string {
  if (event.type === 'tool.result') return resultOf(event.payload);
  if (event.type === 'tests.ran') return event.payload.evidence.output;
  return event.type === 'llm.responded' ? textOf(event.payload) : '';
}

/** With the rules for the place that the agent was told with it. */
function resultOf({ text, instructions = [] }: EventPayload<'tool.result'>): string {
  return [text, ...instructions.map((each) => `[${each.path}]\n${each.text}`)].join('\n');
}

function textOf({ response }: EventPayload<'llm.responded'>): string {
  const { content = [] } = response as {
    content?: readonly { type: string; text?: string; name?: string; input?: unknown }[];
  };
  return content
    .map((block) => (block.type === 'tool_use' ? `→ ${block.name} ${JSON.stringify(block.input)}` : (block.text ?? '')))
    .join('\n');
}
