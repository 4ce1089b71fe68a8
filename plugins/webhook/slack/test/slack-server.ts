import type { ReceivedRequest, ReceiverAnswer } from '@forge/testkit/contracts';
import { z } from '@forge/plugin-api';

// What an incoming webhook of Slack takes, from the reference of Block Kit.
const plain = (length: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(length), emoji: z.boolean().optional() });
/** Without `verbatim`, Slack makes links of addresses and names of channels in it. */
const markup = (length: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(length), verbatim: z.boolean().optional() });
const text = (length: number) => z.union([plain(length), markup(length)]);
const linkButton = z.strictObject({
  type: z.literal('button'),
  text: plain(75),
  url: z.url().max(3000),
  style: z.enum(['primary', 'danger']).optional(),
});
const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), text: plain(150) }),
  z.strictObject({ type: z.literal('section'), text: text(3000) }),
  z.strictObject({ type: z.literal('context'), elements: z.array(text(2000)).min(1).max(10) }),
  z.strictObject({ type: z.literal('actions'), elements: z.array(linkButton).min(1).max(25) }),
]);
export const slackMessage = z.strictObject({
  text: z.string().min(1).max(40_000),
  blocks: z.array(block).min(1).max(50),
});

/** Answers as Slack does. */
export function answerAsSlack({ method, headers, body }: ReceivedRequest): ReceiverAnswer {
  if (method !== 'POST' || headers['content-type']?.startsWith('application/json') !== true)
    return { status: 400, text: 'invalid_payload' };
  const fits = slackMessage.safeParse(JSON.parse(body)).success;
  return fits ? { status: 200, text: 'ok' } : { status: 400, text: 'invalid_blocks' };
}
