import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { ForgeEvent, RunRecord, WebhookMessage, WebhookSender } from '@forge/plugin-api';
import type { ContractCase, ContractOptions } from './contract-case.ts';
import { registerContract } from './register-contract.ts';
import { refusal, rejection } from './rejection.ts';
import { type Receiver, startReceiver } from './webhook-receiver.ts';

export interface WebhookSubject {
  readonly sender: WebhookSender;
  /** One that it has something to say about. Default: a run that completed. */
  readonly event?: ForgeEvent;
}

const completed = {
  id: 'e9',
  traceId: 'r1',
  seq: 9,
  timestamp: 1_700_000_000_000,
  type: 'run.completed',
  source: 'kernel',
  payload: { summary: 'Logins are limited', proof: 'tests passed' },
  fence: 1,
  previousHash: 'a',
  hash: 'b',
} as const satisfies ForgeEvent;

const run: RunRecord = {
  id: 'r1',
  task: 'limit logins',
  repository: '/home/ada/app',
  status: 'completed',
  branch: 'forge/r1',
  costUsd: 0.4,
  tokens: 1000,
  createdAt: 1_699_999_000_000,
  updatedAt: 1_700_000_000_000,
  lastSeq: 9,
  lastHash: 'b',
  stopRequested: false,
};

const key = Buffer.from('a key of twenty-four by.');
const secretPath = '/services/T000/secret-of-the-path';

function messageTo(receiver: Pick<Receiver, 'url'>, subject: WebhookSubject, more: Partial<WebhookMessage> = {}) {
  return {
    id: 'msg_1',
    url: `${receiver.url}${secretPath}`,
    headers: { 'x-team': 'payments', authorization: 'Bearer secret-of-a-header' },
    secret: `whsec_${key.toString('base64')}`,
    event: subject.event ?? completed,
    run,
    allowPrivate: true,
    ...more,
  } satisfies WebhookMessage;
}

const call = () => ({ signal: new AbortController().signal });

/** A case with a receiver that answers as told. */
function withReceiver(
  name: string,
  answer: Parameters<typeof startReceiver>[0],
  run: (subject: WebhookSubject, receiver: Receiver) => Promise<void>,
): ContractCase<WebhookSubject> {
  return {
    name,
    async run(subject) {
      const receiver = await startReceiver(answer);
      try {
        await run(subject, receiver);
      } finally {
        await receiver.close();
      }
    },
  };
}

const refused = [302, 400, 401, 404, 429, 500, 503];

export const webhookCases: readonly ContractCase<WebhookSubject>[] = [
  withReceiver('posts JSON once, with the headers that it was given', { status: 200 }, async (subject, receiver) => {
    assert.deepEqual(await subject.sender.send(messageTo(receiver, subject), call()), { status: 200 });
    const [request] = receiver.requests;
    assert.equal(receiver.requests.length, 1);
    assert.equal(request?.method, 'POST');
    assert.equal(request.path, secretPath);
    assert.match(String(request.headers['content-type']), /^application\/json/);
    assert.equal(request.headers['x-team'], 'payments');
    assert.equal(typeof JSON.parse(request.body), 'object');
  }),
  withReceiver('sends what a transform made as it is', { status: 200 }, async (subject, receiver) => {
    const body = { text: 'done: \u2028 ✔', list: [1, { deep: true }] };
    await subject.sender.send(messageTo(receiver, subject, { body }), call());
    assert.deepEqual(JSON.parse(receiver.requests[0]?.body ?? ''), body);
  }),
  withReceiver('signs what it sends', { status: 200 }, async (subject, receiver) => {
    await subject.sender.send(messageTo(receiver, subject), call());
    assert.equal(signatureIsBy(key, receiver), true);
  }),
  withReceiver('takes any text as a secret', { status: 200 }, async (subject, receiver) => {
    await subject.sender.send(messageTo(receiver, subject, { secret: 'tr0ub4dor & 3' }), call());
    assert.equal(signatureIsBy(Buffer.from('tr0ub4dor & 3'), receiver), true);
  }),
  withReceiver('every try of a delivery has its id', { status: 500 }, async (subject, receiver) => {
    const message = messageTo(receiver, subject);
    for (const _ of [1, 2]) await rejection(subject.sender.send(message, call()));
    assert.deepEqual(
      receiver.requests.map(({ headers }) => headers['webhook-id']),
      ['msg_1', 'msg_1'],
    );
  }),
  ...[201, 202, 204].map((status) =>
    withReceiver(`${status} means that it was taken`, { status }, async (subject, receiver) => {
      assert.deepEqual(await subject.sender.send(messageTo(receiver, subject), call()), { status });
    }),
  ),
  ...refused.map((status) =>
    withReceiver(
      `${status} means that it was not taken, and nothing is tried again here`,
      { status, headers: { location: secretPath } },
      async (subject, receiver) => {
        await refusal(subject.sender.send(messageTo(receiver, subject), call()), 'WEBHOOK_FAILED');
        assert.equal(receiver.requests.length, 1);
      },
    ),
  ),
  withReceiver('410 means that nothing more is wanted', { status: 410 }, async (subject, receiver) => {
    await refusal(subject.sender.send(messageTo(receiver, subject), call()), 'WEBHOOK_GONE');
  }),
  withReceiver(
    'says how long the receiver wants to be left alone',
    { status: 429, headers: { 'retry-after': '120' } },
    async (subject, receiver) => {
      const error = await refusal(subject.sender.send(messageTo(receiver, subject), call()), 'WEBHOOK_FAILED');
      assert.equal(error.details.retryAfterMs, 120_000);
    },
  ),
  withReceiver('a connection that breaks is a failure', 'reset', async (subject, receiver) => {
    await refusal(subject.sender.send(messageTo(receiver, subject), call()), 'WEBHOOK_FAILED');
  }),
  withReceiver('does not read an answer that never ends', { status: 200, endless: true }, async (subject, receiver) => {
    assert.deepEqual(await subject.sender.send(messageTo(receiver, subject), call()), { status: 200 });
  }),
  withReceiver('does not read a refusal that never ends', { status: 500, endless: true }, async (subject, receiver) => {
    await refusal(subject.sender.send(messageTo(receiver, subject), call()), 'WEBHOOK_FAILED');
  }),
  withReceiver('ends with the reason when it is aborted', 'silent', async (subject, receiver) => {
    const abort = new AbortController();
    const sending = rejection(subject.sender.send(messageTo(receiver, subject), { signal: abort.signal }));
    await receiver.asked;
    const reason = new Error('closing');
    abort.abort(reason);
    assert.equal(await sending, reason);
  }),
  withReceiver('calls nobody when it is over before it began', { status: 200 }, async (subject, receiver) => {
    const reason = new Error('over');
    const sending = subject.sender.send(messageTo(receiver, subject), { signal: AbortSignal.abort(reason) });
    assert.equal(await rejection(sending), reason);
    assert.equal(receiver.requests.length, 0);
  }),
  ...['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '0.0.0.0', '2130706433'].map((host) =>
    withReceiver(`does not reach ${host} unless that is allowed`, { status: 200 }, async (subject, receiver) => {
      const url = `http://${host}:${new URL(receiver.url).port}/`;
      const message = messageTo(receiver, subject, { url, allowPrivate: false });
      await refusal(subject.sender.send(message, call()), 'WEBHOOK_FORBIDDEN');
      assert.equal(receiver.connections(), 0);
    }),
  ),
  withReceiver('tells no secret in its errors', { status: 403, text: 'no' }, async (subject, receiver) => {
    const messages = [messageTo(receiver, subject), messageTo({ url: 'http://127.0.0.1:1' }, subject)];
    for (const message of messages) {
      const error = await rejection(subject.sender.send(message, call()));
      for (let found = error; found instanceof Error; found = found.cause) {
        const words = `${found.message} ${found.stack} ${JSON.stringify(found)}`;
        assert.doesNotMatch(words, /secret-of/);
      }
    }
  }),
];

/** By hand, so that it does not depend on what an implementation signs with. */
function signatureIsBy(signingKey: Buffer, { requests }: Receiver): boolean {
  const [request] = requests;
  assert.ok(request);
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = request.headers;
  assert.equal(id, 'msg_1');
  assert.match(String(at), /^\d{1,12}$/);
  const expected = createHmac('sha256', signingKey)
    .update(`${id}.${String(at)}.${request.body}`)
    .digest('base64');
  return String(signature).split(' ').includes(`v1,${expected}`);
}

/** Registers the contract of `WebhookSender`. */
export function webhookContract(contract: ContractOptions<WebhookSubject>): void {
  registerContract('webhook', webhookCases, contract);
}
