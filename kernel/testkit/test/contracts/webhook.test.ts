import { createHmac } from 'node:crypto';
import { forgeError, type WebhookMessage, type WebhookSender } from '@forge/plugin-api';
import { describe, expect, test } from 'vitest';
import { failingCases, only, webhookCases, webhookContract } from '../../src/contracts/index.ts';

interface Habits {
  readonly redirect?: 'follow' | 'manual';
  readonly id?: () => string;
  readonly allowAll?: boolean;
  readonly readsAll?: boolean;
  readonly sign?: (message: WebhookMessage, signed: string) => string;
  readonly body?: (message: WebhookMessage) => unknown;
  readonly headers?: boolean;
  readonly fault?: (response: Response, message: WebhookMessage) => Error | undefined;
  readonly deaf?: boolean;
}

const keyOf = ({ secret }: WebhookMessage) =>
  secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);

function hmac(key: Buffer, signed: string): string {
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

function rightFault({ status, headers }: Response): Error | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status === 410) return forgeError('WEBHOOK_GONE', 'gone');
  const wait = headers.get('retry-after');
  return forgeError('WEBHOOK_FAILED', String(status), wait === null ? {} : { retryAfterMs: Number(wait) * 1000 });
}

/** Right for receivers of this machine, which are all that the suite has. */
function senderWith(habits: Habits = {}): WebhookSender {
  return {
    name: 'right',
    async send(message, { signal }) {
      signal.throwIfAborted();
      if (!message.allowPrivate && habits.allowAll !== true) throw forgeError('WEBHOOK_FORBIDDEN', 'private');
      const body = JSON.stringify(habits.body?.(message) ?? message.body ?? message.event);
      const id = habits.id?.() ?? message.id;
      const at = '1700000000';
      const signed = `${id}.${at}.${body}`;
      const signature = habits.sign?.(message, signed) ?? hmac(keyOf(message), signed);
      let response: Response;
      try {
        response = await fetch(message.url, {
          method: 'POST',
          redirect: habits.redirect ?? 'manual',
          ...(habits.deaf === true ? {} : { signal }),
          body,
          headers: {
            ...(habits.headers === false ? {} : message.headers),
            'content-type': 'application/json',
            'webhook-id': id,
            'webhook-timestamp': at,
            'webhook-signature': signature,
          },
        });
      } catch {
        signal.throwIfAborted();
        throw forgeError('WEBHOOK_FAILED', 'unreachable');
      }
      if (habits.readsAll === true) await response.text();
      else await response.body?.cancel();
      const error = (habits.fault ?? rightFault)(response, message);
      if (error !== undefined) throw error;
      return { status: response.status };
    },
  };
}

webhookContract({ name: 'the shortest right one', create: () => ({ sender: senderWith() }) });

const taken = '500 means that it was not taken, and nothing is tried again here';

const wrong: readonly { readonly fault: string; readonly caughtBy: string; readonly sender: WebhookSender }[] = [
  {
    fault: 'follows redirects',
    caughtBy: '302 means that it was not taken, and nothing is tried again here',
    sender: senderWith({ redirect: 'follow' }),
  },
  {
    fault: 'tries again by itself',
    caughtBy: taken,
    sender: {
      name: 'eager',
      send: (message, call) =>
        senderWith()
          .send(message, call)
          .catch(() => senderWith().send(message, call)),
    },
  },
  {
    fault: 'takes every answer for a success',
    caughtBy: taken,
    sender: senderWith({ fault: () => undefined }),
  },
  {
    fault: 'takes 410 for a failure that passes',
    caughtBy: '410 means that nothing more is wanted',
    sender: senderWith({ fault: ({ status }) => (status === 200 ? undefined : forgeError('WEBHOOK_FAILED', 'no')) }),
  },
  {
    fault: 'does not say when to come back',
    caughtBy: 'says how long the receiver wants to be left alone',
    sender: senderWith({ fault: () => forgeError('WEBHOOK_FAILED', 'no') }),
  },
  { fault: 'makes a new id for each try', caughtBy: 'every try of a delivery has its id', sender: withNewIds() },
  {
    fault: 'does not sign',
    caughtBy: 'signs what it sends',
    sender: senderWith({ sign: () => '' }),
  },
  {
    fault: 'signs the body alone',
    caughtBy: 'signs what it sends',
    sender: senderWith({ sign: (message, signed) => hmac(keyOf(message), signed.slice(signed.indexOf('{'))) }),
  },
  {
    fault: 'knows only secrets in base64',
    caughtBy: 'takes any text as a secret',
    sender: senderWith({ sign: ({ secret }, signed) => hmac(Buffer.from(secret, 'base64'), signed) }),
  },
  {
    fault: 'wraps what a transform made',
    caughtBy: 'sends what a transform made as it is',
    sender: senderWith({ body: ({ body, event }) => ({ data: body ?? event }) }),
  },
  {
    fault: 'forgets headers',
    caughtBy: 'posts JSON once, with the headers that it was given',
    sender: senderWith({ headers: false }),
  },
  {
    fault: 'reaches whatever it is told to',
    caughtBy: 'does not reach 127.0.0.1 unless that is allowed',
    sender: senderWith({ allowAll: true }),
  },
  {
    fault: 'looks at the text of the address only',
    caughtBy: 'does not reach localhost unless that is allowed',
    sender: {
      name: 'textual',
      send: (message, call) => senderWith({ allowAll: !message.url.includes('127.0.0.1') }).send(message, call),
    },
  },
  {
    fault: 'reads all of the answer',
    caughtBy: 'does not read an answer that never ends',
    sender: senderWith({ readsAll: true }),
  },
  {
    fault: 'does not listen to the signal',
    caughtBy: 'ends with the reason when it is aborted',
    sender: senderWith({ deaf: true }),
  },
  {
    fault: 'says in an error where it sent what',
    caughtBy: 'tells no secret in its errors',
    sender: senderWith({ fault: (_, { url }) => forgeError('WEBHOOK_FAILED', `${url} said no`) }),
  },
];

function withNewIds(): WebhookSender {
  let tries = 0;
  return senderWith({ id: () => `msg_${++tries}` });
}

describe('the webhook contract catches a sender that', () => {
  test.each(wrong)('$fault', async ({ sender, caughtBy }) => {
    expect(await failingCases(only(webhookCases, caughtBy), () => ({ sender }))).toEqual([caughtBy]);
  });
});
