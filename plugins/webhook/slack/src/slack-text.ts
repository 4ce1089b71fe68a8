import type { ContextBlock, HeaderBlock, SectionBlock } from '@slack/types';

/** Characters that a section, a header and a line of context may have. */
const most = { section: 3_000, header: 150, context: 2_000 };

/** Text of runs, as Slack shows it: no mention and no link comes of it, with `verbatim` beside it. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A text that was too long says so. Cuts no escape in two. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text
    .slice(0, length - 1)
    .replace(/&\w{0,4}$/, '')
    .replace(/[\uD800-\uDBFF]$/, '')}…`;
}

export function header(words: string): HeaderBlock {
  return { type: 'header', text: { type: 'plain_text', text: cut(words, most.header), emoji: true } };
}

/** @param markup Slack's own; what comes from runs is escaped before */
export function section(markup: string): SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: cut(markup, most.section), verbatim: true } };
}

/** Small print. */
export function context(...facts: readonly (string | undefined)[]): ContextBlock {
  const text = facts.filter((fact) => fact !== undefined && fact !== '').join(' · ');
  return { type: 'context', elements: [{ type: 'mrkdwn', text: cut(text, most.context), verbatim: true }] };
}
