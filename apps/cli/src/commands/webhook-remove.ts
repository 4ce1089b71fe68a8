import type { CommandCall, CommandEnd } from '../command.ts';
import { findWebhook } from '../find-webhook.ts';
import { withForge } from '../with-forge.ts';

export default function webhookRemove(call: CommandCall): Promise<CommandEnd> {
  const { printer, words } = call;
  return withForge(call, async ({ webhooks }) => {
    const { id } = await findWebhook(webhooks, words[0]);
    await webhooks.remove(id);
    printer.print({ type: 'webhook-removed', webhookId: id }, `${id} is forgotten.`);
  });
}
