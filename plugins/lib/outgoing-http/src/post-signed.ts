import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { retryAfterOf } from '@forge/model-http';
import { type Clock, forgeError, isForgeError, type WebhookMessage, type WebhookReceipt } from '@forge/plugin-api';
import { Webhook } from 'standardwebhooks';
import { lookupPublic, refusePrivateLiteral, type ResolveName, resolveName } from './lookup-allowed.ts';

export interface PostWorld {
  readonly clock: Clock;
  /** Default: the system's. */
  readonly resolve?: ResolveName;
}

type Target = Pick<WebhookMessage, 'id' | 'url' | 'headers' | 'secret' | 'allowPrivate'>;

/** Bytes of a refusal that are read: receivers say there what they did not like. */
const mostRead = 1024;

/** Sends JSON once, signed as Standard Webhooks 1.0 says. Keeps what `WebhookSender.send` promises. */
export async function postSigned(
  target: Target,
  body: unknown,
  { signal }: { readonly signal: AbortSignal },
  world: PostWorld,
): Promise<WebhookReceipt> {
  signal.throwIfAborted();
  const url = urlOf(target.url);
  if (!target.allowPrivate) refusePrivateLiteral(url);
  let answer: Answer;
  try {
    answer = await exchange(url, target, JSON.stringify(body), signal, world);
  } catch (error) {
    signal.throwIfAborted();
    throw isForgeError(error) ? error : unreachable(url, error);
  }
  if (answer.status >= 200 && answer.status < 300) return { status: answer.status };
  throw refusal(url, answer, world.clock.now());
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

function exchange(
  url: URL,
  { id, headers, secret, allowPrivate }: Target,
  body: string,
  signal: AbortSignal,
  { clock, resolve = resolveName }: PostWorld,
): Promise<Answer> {
  const sentAt = new Date(clock.now());
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method: 'POST',
    // A connection of its own: one that is kept could have been made for somebody who may go elsewhere.
    agent: false,
    signal,
    ...(allowPrivate ? {} : { lookup: lookupPublic(resolve) }),
    headers: {
      'user-agent': 'forge',
      ...headers,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
      'webhook-signature': signer(secret).sign(id, sentAt, body),
    },
  });
  return new Promise<Answer>((resolveAnswer, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      response.on('error', reject);
      readStart(response, (text) => {
        resolveAnswer({ status: response.statusCode ?? 0, headers: response.headers, text });
        request.destroy();
      });
    });
    request.end(body);
  });
}

/** What a receiver accepted needs no reading; of a refusal the first words are enough. */
function readStart(response: IncomingMessage, done: (text: string) => void): void {
  let text = '';
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return done(text);
  response.setEncoding('utf8');
  response.on('data', (part: string) => {
    text += part;
    if (text.length >= mostRead) done(text.slice(0, mostRead));
  });
  response.on('end', () => done(text));
}

function signer(secret: string): Webhook {
  return secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(secret, { format: 'raw' });
}

function urlOf(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw forgeError('WEBHOOK_FORBIDDEN', 'The address of a webhook is no http or https URL', {
    fix: 'correct "url" where the webhook is configured',
  });
}

const seeReceiver = 'see what is wrong with the receiver; what waits for it is tried again';

/** Without the URL's path, which may be a secret. */
function unreachable(url: URL, error: unknown) {
  const { code = 'no connection' } = error as NodeJS.ErrnoException;
  return forgeError('WEBHOOK_FAILED', `${url.host} could not be reached (${code})`, {
    where: url.origin,
    fix: seeReceiver,
    transient: true,
  });
}

function refusal(url: URL, { status, headers, text }: Answer, now: number) {
  if (status === 410) {
    return forgeError('WEBHOOK_GONE', `${url.host} wants no more webhooks (410)`, {
      where: url.origin,
      fix: 'enable the webhook again when that has changed: forge webhook enable',
    });
  }
  const said = text.trim();
  const retryAfterMs = retryAfterOf({ get: (name) => [headers[name]].flat()[0] ?? null }, now);
  return forgeError('WEBHOOK_FAILED', `${url.host} answered ${status}`, {
    where: url.origin,
    fix: seeReceiver,
    ...(said === '' ? {} : { why: said.slice(0, 200) }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    transient: true,
    data: { status },
  });
}
