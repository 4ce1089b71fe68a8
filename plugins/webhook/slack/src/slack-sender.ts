import { type PostWorld, postSigned } from '@forge/outgoing-http';
import type { WebhookSender } from '@forge/plugin-api';
import { toSlack } from './to-slack.ts';

/** Sends messages to an incoming webhook of Slack. Of events that a channel need not read it says nothing. */
export function createSlackSender(world: PostWorld): WebhookSender {
  return {
    name: 'slack',
    async send(message, call) {
      const body = message.body ?? toSlack(message);
      return body === undefined ? undefined : postSigned(message, body, call, world);
    },
  };
}
