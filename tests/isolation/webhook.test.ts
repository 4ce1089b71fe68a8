import { startReceiver, webhookContract } from '@forge/testkit/contracts';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import type { WebhookSender } from '@forge/plugin-api';
import { type Isolated, openIsolated, type PluginFiles } from './isolated.ts';

const opened: Isolated[] = [];
afterAll(async () => {
  for (const each of opened) await each.close();
});

async function senderOf(plugin: PluginFiles): Promise<WebhookSender> {
  const isolated = await openIsolated(plugin);
  opened.push(isolated);
  const own = isolated.forge.plugins.find(({ origin }) => origin === 'configuration')?.manifest.name;
  const name = isolated.forge.names('webhook').find(({ plugin: from }) => from === own)?.name ?? '';
  return isolated.forge.get('webhook', name);
}

// What `forge plugin create` gives, with the permissions that it gives: it knows no address before it is told one.
let sender: Promise<WebhookSender> | undefined;
webhookContract({
  name: 'isolated',
  create: async () => ({ sender: await (sender ??= senderOf({ template: 'webhook' })) }),
});

const goesTo = `import { definePlugin } from '@forge/plugin-api';
export default definePlugin({
  webhooks: [{
    name: 'wanderer',
    async send({ url, body }) {
      const answers = await Promise.all([url, body.other].map((each) =>
        fetch(each, { method: 'POST', body: 'x' }).then(({ status }) => status, () => 0)));
      return { status: answers[0] * 1_000 + answers[1] };
    },
  }],
});
`;

test('a sender reaches the address that it is told, no other, and that only while it is', async () => {
  const [told, other] = await Promise.all([startReceiver({ status: 200 }), startReceiver({ status: 200 })]);
  onTestFinished(async () => void (await Promise.all([told.close(), other.close()])));
  const wanderer = await senderOf({
    code: goesTo,
    manifest: { provides: { webhooks: ['wanderer'] }, permissions: { network: ['*'] } },
  });
  const send = (url: string, elsewhere: string, allowPrivate: boolean) =>
    wanderer.send({ url, body: { other: elsewhere }, allowPrivate } as never, { signal: new AbortController().signal });
  expect(await send(`${told.url}/a`, `${other.url}/b`, true)).toEqual({ status: 200_000 });
  expect(await send(`${other.url}/c`, `${told.url}/d`, true)).toEqual({ status: 200_000 });
  expect(await send(`${told.url}/e`, `${other.url}/f`, false)).toEqual({ status: 0 });
  const port = new URL(told.url).port;
  expect(await send(`http://localhost:${port}/g`, other.url, false)).toEqual({ status: 0 });
  expect([told, other].map(({ requests }) => requests.map(({ path }) => path))).toEqual([['/a'], ['/c']]);
});
