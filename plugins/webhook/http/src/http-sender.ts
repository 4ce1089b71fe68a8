import { type PostWorld, postSigned } from '@forge/outgoing-http';
import type { WebhookSender } from '@forge/plugin-api';

/** Sends the event itself, or what a transform made of it. */
export function createHttpSender(world: PostWorld): WebhookSender {
  return {
    name: 'http',
    send: (message, call) => postSigned(message, message.body ?? message.event, call, world),
  };
}
