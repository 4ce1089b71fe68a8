import type { CommandCall, CommandEnd } from '../command.ts';
import { findWebhook } from '../find-webhook.ts';
import { withForge } from '../with-forge.ts';

export default function webhookTest(call: CommandCall): Promise<CommandEnd> {
  const { printer, words } = call;
  return withForge(call, async ({ webhooks }) => {
    const { id } = await findWebhook(webhooks, words[0]);
    const outcome = await webhooks.test(id);
    printer.print({ type: 'webhook-test', webhookId: id, outcome }, `${id}: ${outcome}`);
  });
}
