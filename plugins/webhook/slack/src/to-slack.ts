import type { EventOf, EventType, Json, RunRecord, WebhookMessage } from '@forge/plugin-api';
import type { ActionsBlock, KnownBlock } from '@slack/types';
import { context, cut, escaped, header, section } from './slack-text.ts';

/** What Slack shows: `title` also in notifications. */
interface Words {
  readonly title: string;
  readonly blocks: readonly KnownBlock[];
}

type Tell<T extends EventType> = (event: EventOf<T>, message: WebhookMessage) => Words | undefined;

/** The events that a channel is told of, each with its words. */
const words: { readonly [T in EventType]?: Tell<T> } = {
  'run.started': ({ payload }, { run }) => ({
    title: `▶ Started: ${run.task}`,
    blocks: [context(`budget $${payload.budgetUsd.toFixed(2)}`, `\`${escaped(payload.branch)}\``, ofRun(run))],
  }),
  'request.opened': ({ payload: { request, decidedBy } }, { run, decideUrl }) =>
    decidedBy === undefined
      ? {
          title: `✋ Needs you: ${request.title}`,
          blocks: [
            section(`*${escaped(request.title)}*\n${escaped(request.body)}`),
            ...(request.options.length === 0
              ? []
              : [section(request.options.map(({ label }, index) => `${index + 1}. ${escaped(label)}`).join('\n'))]),
            ...(decideUrl === undefined ? [] : [button('Look and decide', decideUrl)]),
            context(escaped(run.task), commandsFor(request.kind, request.id), ofRun(run)),
          ],
        }
      : undefined,
  'run.parked': ({ payload }, { run }) =>
    payload.requestId === undefined && payload.reason !== 'stopped'
      ? {
          title: `✋ Needs you: ${run.task}`,
          blocks: [section(escaped(payload.detail)), context(escaped(payload.fix ?? ''), `\`forge resume ${run.id}\``)],
        }
      : undefined,
  'run.completed': ({ payload: { summary, change } }, { run }) => ({
    title: `✔ Completed: ${run.task}`,
    blocks: [
      section(escaped(summary)),
      context(
        change === undefined ? undefined : `\`${escaped(change.branch)}\``,
        change === undefined ? undefined : sizeOf(change.files),
        `$${run.costUsd.toFixed(2)}`,
        ofRun(run),
      ),
    ],
  }),
  'run.failed': ({ payload: { code, message, fix } }, { run }) => ({
    title: `✖ Failed: ${run.task}`,
    blocks: [section(`*${escaped(code)}* ${escaped(message)}`), context(escaped(fix ?? ''), ofRun(run))],
  }),
  'deployment.stage': ({ payload: { deployer, stage, location, detail } }, { run }) => ({
    title: `🚀 Deployed (${stage}): ${run.task}`,
    blocks: [section(`\`${escaped(location)}\`\n${escaped(detail ?? '')}`), context(escaped(deployer), ofRun(run))],
  }),
  'deployment.rolledback': ({ payload: { deployer, stage, issues } }, { run }) => ({
    title: `✖ Rolled back (${stage}): ${run.task}`,
    blocks: [section(escaped(issues.join('\n'))), context(escaped(deployer), ofRun(run))],
  }),
};

/** What to post for an event; undefined for one of which nothing is said. */
export function toSlack(message: WebhookMessage): Json | undefined {
  const tell = words[message.event.type] as Tell<EventType> | undefined;
  const told = tell?.(message.event, message);
  if (told === undefined) return undefined;
  const title = told.title.replaceAll(/\s+/g, ' ');
  // Slack refuses a section without text.
  const blocks = told.blocks.filter((block) => block.type !== 'section' || (block.text?.text ?? '').trim() !== '');
  return { text: cut(escaped(title), 3_000), blocks: [header(title), ...blocks] as unknown as Json };
}

function button(label: string, url: string): ActionsBlock {
  return {
    type: 'actions',
    elements: [{ type: 'button', style: 'primary', text: { type: 'plain_text', text: label }, url }],
  };
}

function commandsFor(kind: 'approval' | 'question', id: string): string {
  return kind === 'approval' ? `\`forge approve ${id}\` or \`forge reject ${id}\`` : `\`forge answer ${id} "…"\``;
}

function ofRun({ id }: RunRecord): string {
  return `run \`${id}\``;
}

function sizeOf(files: readonly { readonly added: number; readonly removed: number }[]): string {
  const sum = (of: 'added' | 'removed') => files.reduce((total, file) => total + file[of], 0);
  return `${files.length} ${files.length === 1 ? 'file' : 'files'}, +${sum('added')} −${sum('removed')}`;
}
