import { createReceivedEvent } from './received-event.ts';
import { startReceiver } from '@forge/testkit/contracts';
import { createPluginContext } from '@forge/testkit/fakes';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import plugin from '../src/index.ts';

const systemClock = { now: () => Date.now(), sleep: async () => {} };

async function sent(secret: string) {
  const receiver = await startReceiver({ status: 202 });
  onTestFinished(() => receiver.close());
  const { webhooks = [] } = await plugin.setup(createPluginContext({ clock: systemClock }));
  const message = createReceivedEvent({ url: `${receiver.url}/hook`, secret });
  await webhooks[0]?.send(message, { signal: new AbortController().signal });
  const [request] = receiver.requests;
  return { message, body: request?.body ?? '', headers: request?.headers as Record<string, string> };
}

test('a receiver with the library of Standard Webhooks takes it, and finds the event in it', async () => {
  const secret = `whsec_${Buffer.from('a key of twenty-four by.').toString('base64')}`;
  const { message, body, headers } = await sent(secret);
  expect(new Webhook(secret).verify(body, headers)).toEqual(message.event);
});

test('so does one whose secret is a text', async () => {
  const { message, body, headers } = await sent('tr0ub4dor & 3');
  expect(new Webhook('tr0ub4dor & 3', { format: 'raw' }).verify(body, headers)).toEqual(message.event);
});

test('which refuses what somebody has changed on the way', async () => {
  const { body, headers } = await sent('tr0ub4dor & 3');
  const receiver = new Webhook('tr0ub4dor & 3', { format: 'raw' });
  expect(() => receiver.verify(body.replace('limited', 'unlimited'), headers)).toThrow('No matching signature found');
  expect(() => receiver.verify(body, { ...headers, 'webhook-id': 'another' })).toThrow('No matching signature found');
});
