import type { WebhookReport } from '@forge/core';
import type { CommandCall, CommandEnd } from '../command.ts';
import { glyphs } from '../render/glyphs.ts';
import { drawTable } from '../render/table.ts';
import { oneLine } from '../render/text-width.ts';
import { withForge } from '../with-forge.ts';

export default function webhookList(call: CommandCall): Promise<CommandEnd> {
  const { printer } = call;
  return withForge(call, async ({ webhooks }) => {
    const found = await webhooks.list();
    for (const webhook of found) printer.object({ type: 'webhook', ...webhook, url: webhook.url ?? '' });
    if (found.length === 0) return printer.words('There are no webhooks. docs/webhooks.md says how to make one.');
    const rows = found.map((webhook) => [
      stateOf(webhook),
      webhook.id,
      webhook.url ?? '',
      webhook.events.join(', '),
      countsOf(webhook),
    ]);
    printer.words(drawTable(rows, [{}, {}, {}, { flexible: true }, {}], printer.columns));
    for (const { id, disabled } of found)
      if (disabled !== undefined) printer.words(oneLine(`${id}: switched off by ${disabled.by}: ${disabled.reason}`));
  });
}

function stateOf({ disabled, failingSince, missing }: WebhookReport): string {
  if (disabled !== undefined) return `${glyphs.failed} off`;
  if (missing.length > 0) return `${glyphs.warn} ${missing.join(', ')} is not set`;
  return failingSince === undefined ? `${glyphs.done} on` : `${glyphs.warn} failing`;
}

export function countsOf({ counts: { delivered, pending, dead } }: WebhookReport): string {
  return `${delivered} delivered, ${pending} waiting, ${dead} given up`;
}
