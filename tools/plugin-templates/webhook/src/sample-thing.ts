import type { WebhookMessage, WebhookSender } from '@forge/plugin-api';
import { postSigned } from './post-signed.ts';

/** Sends one sentence for each event; what a transform made of it goes as it is. */
export function createSampleThing(clock: { now(): number }): WebhookSender {
  return {
    name: 'sample-thing',
    send: (message, { signal }) => postSigned(message, message.body ?? { text: sentence(message) }, { clock, signal }),
  };
}

/** To say nothing about an event, let `send` resolve with undefined. */
function sentence({ event, run, decideUrl }: WebhookMessage): string {
  const decide = decideUrl === undefined ? '' : `, decide at ${decideUrl}`;
  return `${event.type}: ${run.task} (${run.status})${decide}`;
}
