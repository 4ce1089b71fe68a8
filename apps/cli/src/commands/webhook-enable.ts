import type { CommandCall, CommandEnd } from '../command.ts';
import { findWebhook } from '../find-webhook.ts';
import { withForge } from '../with-forge.ts';

export default function webhookEnable(call: CommandCall): Promise<CommandEnd> {
  const { printer, words } = call;
  return withForge(call, async ({ webhooks }) => {
    const { id } = await findWebhook(webhooks, words[0]);
    await webhooks.enable(id);
    printer.print({ type: 'webhook-enabled', webhookId: id }, `${id} is told what happens from now on.`);
  });
}
