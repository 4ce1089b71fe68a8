import type { NewWebhook, WebhookReport, Webhooks } from '@forge/core';
import { forgeError, isForgeError } from '@forge/plugin-api';
import { createWebhookSchema } from '@forge/sdk';
import type { CommandCall, CommandEnd } from '../command.ts';
import { withForge } from '../with-forge.ts';

interface Options {
  readonly event?: readonly string[];
  readonly id?: string;
  readonly use?: string;
  readonly transform?: string;
}

export default function webhookAdd(call: CommandCall<Options>): Promise<CommandEnd> {
  const { printer, words, options } = call;
  const { event: events = ['*'], id, use, transform } = options;
  const wanted = {
    url: words[0] ?? '',
    events: [...events],
    ...(id === undefined ? {} : { id }),
    ...(use === undefined ? {} : { use }),
    ...(transform === undefined ? {} : { transform }),
  };
  return withForge(call, async ({ webhooks }) => {
    const made = await create(webhooks, wanted);
    const secret = await webhooks.secretOf(made.id);
    printer.print({ type: 'webhook-added', webhookId: made.id, events: made.events, secret }, () =>
      [
        `${made.id} is told of ${made.events.join(', ')} from now on.`,
        `  Its requests are signed with ${secret}: the receiver needs it.`,
        `  Try it   forge webhook test ${made.id}`,
      ].join('\n'),
    );
  });
}

/** What is wrong with it is how the command was used. */
async function create(webhooks: Webhooks, wanted: NewWebhook & { events: string[] }): Promise<WebhookReport> {
  const [issue] = createWebhookSchema.safeParse(wanted).error?.issues ?? [];
  if (issue !== undefined) throw forgeError('USAGE', `${issue.path.join('.')}: ${issue.message}`);
  try {
    return await webhooks.create(wanted);
  } catch (error) {
    if (!isForgeError(error, 'INPUT_INVALID')) throw error;
    throw forgeError('USAGE', error.message, { ...error.details, cause: error });
  }
}
