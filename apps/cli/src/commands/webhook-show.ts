import type { DeliveryState } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { findWebhook } from '../find-webhook.ts';
import { formatTime } from '../render/figures.ts';
import { glyphs } from '../render/glyphs.ts';
import { drawTable } from '../render/table.ts';
import { oneLine } from '../render/text-width.ts';
import { withForge } from '../with-forge.ts';
import { countsOf } from './webhook-list.ts';

interface Options {
  readonly dead?: boolean;
  readonly limit?: number;
  readonly secret?: boolean;
}

const marks: Readonly<Record<DeliveryState, string>> = {
  delivered: glyphs.done,
  pending: glyphs.waiting,
  dead: glyphs.failed,
};

export default function webhookShow(call: CommandCall<Options>): Promise<CommandEnd> {
  const { options, printer, words } = call;
  return withForge(call, async ({ webhooks }) => {
    const webhook = await findWebhook(webhooks, words[0]);
    const { id } = webhook;
    if (options.secret === true) {
      const secret = await webhooks.secretOf(id);
      return printer.print({ type: 'secret', webhookId: id, secret }, secret);
    }
    const state = options.dead === true ? ({ state: 'dead' } as const) : {};
    const deliveries = await webhooks.deliveries({ webhookId: id, limit: options.limit ?? 20, ...state });
    printer.object({ type: 'webhook', ...webhook, url: webhook.url ?? '' });
    for (const delivery of deliveries) printer.object({ type: 'delivery', ...delivery });
    const { disabled, failingSince, missing } = webhook;
    const facts = [
      `${id} · ${webhook.use} · ${webhook.url ?? 'its address is not known here'}`,
      `  events     ${webhook.events.join(', ')}`,
      `  so far     ${countsOf(webhook)}`,
      ...(missing.length === 0 ? [] : [`  missing    ${missing.join(', ')}`]),
      ...(failingSince === undefined ? [] : [`  failing    since ${formatTime(failingSince)}`]),
      ...(disabled === undefined ? [] : [`  off        by ${disabled.by}: ${oneLine(disabled.reason)}`]),
    ];
    printer.words(facts.join('\n'));
    if (deliveries.length === 0) return;
    const rows = deliveries.map(({ state: found, id: name, attempts, nextAt, outcome = '' }) => [
      marks[found],
      name,
      `${attempts} ${attempts === 1 ? 'try' : 'tries'}`,
      oneLine(found === 'pending' && attempts > 0 ? `${outcome}; next ${formatTime(nextAt)}` : outcome),
    ]);
    printer.words(`\n${drawTable(rows, [{}, {}, {}, { flexible: true }], printer.columns)}`);
  });
}
