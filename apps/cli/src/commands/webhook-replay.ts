import type { CommandCall, CommandEnd } from '../command.ts';
import { count } from '../render/figures.ts';
import { withForge } from '../with-forge.ts';
import { tellDelivered } from './webhook-deliver.ts';

export default function webhookReplay(call: CommandCall): Promise<CommandEnd> {
  const { printer, words } = call;
  return withForge(call, async ({ webhooks }) => {
    const known = (await webhooks.list()).map(({ id }) => id);
    const deliveryIds = words.filter((word) => !known.includes(word));
    let queued = deliveryIds.length === 0 ? 0 : await webhooks.replay({ deliveryIds });
    for (const webhookId of words.filter((word) => known.includes(word)))
      queued += await webhooks.replay({ webhookId });
    printer.print({ type: 'replay', queued }, `${count(queued, 'delivery', 'deliveries')} sent again.`);
    if (queued > 0) await tellDelivered(call, webhooks);
  });
}
