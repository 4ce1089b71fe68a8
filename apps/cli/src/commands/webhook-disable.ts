import type { CommandCall, CommandEnd } from '../command.ts';
import { findWebhook } from '../find-webhook.ts';
import { withForge } from '../with-forge.ts';

export default function webhookDisable(call: CommandCall<{ readonly reason?: string }>): Promise<CommandEnd> {
  const { options, printer, words, world } = call;
  return withForge(call, async ({ webhooks }) => {
    const { id } = await findWebhook(webhooks, words[0]);
    await webhooks.disable(id, world.userName, options.reason ?? 'no reason given');
    printer.print({ type: 'webhook-disabled', webhookId: id }, `${id} is told nothing more. What waits for it stays.`);
  });
}
