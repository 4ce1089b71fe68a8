import type { Webhooks } from '@forge/core';
import type { CommandCall, CommandEnd } from '../command.ts';
import { withForge } from '../with-forge.ts';

export default function webhookDeliver(call: CommandCall): Promise<CommandEnd> {
  return withForge(call, ({ webhooks }) => tellDelivered(call, webhooks));
}

/** Tries what is due, and says what came of it. */
export async function tellDelivered({ printer }: CommandCall, webhooks: Webhooks): Promise<void> {
  const before = sums(await webhooks.list());
  await webhooks.deliver();
  const { delivered, pending, dead } = sums(await webhooks.list());
  const figures = { delivered: delivered - before.delivered, givenUp: dead - before.dead, waiting: pending };
  printer.print(
    { type: 'deliveries', ...figures },
    `${figures.delivered} delivered, ${figures.givenUp} given up, ${figures.waiting} waiting.`,
  );
}

function sums(webhooks: Awaited<ReturnType<Webhooks['list']>>) {
  const sum = (state: 'delivered' | 'pending' | 'dead') =>
    webhooks.reduce((total, { counts }) => total + counts[state], 0);
  return { delivered: sum('delivered'), pending: sum('pending'), dead: sum('dead') };
}
