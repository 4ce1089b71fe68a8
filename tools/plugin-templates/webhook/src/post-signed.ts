import { createHmac } from 'node:crypto';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type ForgeError, forgeError, isForgeError, type WebhookMessage, type WebhookReceipt } from '@forge/plugin-api';
import { lookupPublic, refusePrivateLiteral } from './public-address.ts';

type Target = Pick<WebhookMessage, 'id' | 'url' | 'headers' | 'secret' | 'allowPrivate'>;

/** One try, without redirects, signed as Standard Webhooks 1.0 says. Errors never name path or headers: they may be secret. */
export async function postSigned(
  target: Target,
  body: unknown,
  { clock, signal }: { readonly clock: { now(): number }; readonly signal: AbortSignal },
): Promise<WebhookReceipt> {
  signal.throwIfAborted();
  const url = URL.parse(target.url);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw forgeError('WEBHOOK_FORBIDDEN', 'The address of a webhook is no http or https URL');
  }
  if (!target.allowPrivate) refusePrivateLiteral(url);
  const response = await exchange(url, target, JSON.stringify(body), clock.now(), signal).catch((error: unknown) => {
    signal.throwIfAborted();
    if (isForgeError(error)) throw error;
    throw forgeError('WEBHOOK_FAILED', `${url.host} could not be reached`, { where: url.origin, transient: true });
  });
  const { statusCode: status = 0, headers } = response;
  // The status says enough: an answer may never end.
  response.destroy();
  if (status >= 200 && status < 300) return { status };
  throw refusal(url, status, headers, clock.now());
}

function exchange(
  url: URL,
  { id, headers, secret, allowPrivate }: Target,
  body: string,
  now: number,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const at = String(Math.floor(now / 1000));
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method: 'POST',
    // A connection of its own: one that is kept could have been made for somebody who may go elsewhere.
    agent: false,
    signal,
    ...(allowPrivate ? {} : { lookup: lookupPublic }),
    headers: {
      ...headers,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'webhook-id': id,
      'webhook-timestamp': at,
      'webhook-signature': `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${at}.${body}`).digest('base64')}`,
    },
  });
  return new Promise((resolve, reject) => {
    // It also breaks when the answer is let go, and then nobody waits any more.
    request.on('error', reject).on('response', (response) => {
      response.on('error', () => undefined);
      resolve(response);
    });
    request.end(body);
  });
}

function keyOf(secret: string): Buffer {
  const prefix = 'whsec_';
  return secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), 'base64') : Buffer.from(secret);
}

function refusal({ host, origin }: URL, status: number, headers: IncomingMessage['headers'], now: number): ForgeError {
  if (status === 410) return forgeError('WEBHOOK_GONE', `${host} wants no more webhooks (410)`, { where: origin });
  const asked = headers['retry-after'];
  const retryAfterMs = /^\d+$/.test(asked ?? '') ? Number(asked) * 1000 : Date.parse(asked ?? '') - now;
  return forgeError('WEBHOOK_FAILED', `${host} answered ${status}`, {
    where: origin,
    transient: true,
    ...(retryAfterMs > 0 ? { retryAfterMs } : {}),
  });
}
