import type { ChatRequest, Message } from '@forge/plugin-api';
import { hashJson, hashText } from '../log/hash.ts';

/**
 * The hash of a chat request. A conversation grows by its end, so the hash of each message is kept with the message:
 * hashing the next request costs only what is new in it.
 */
export function createRequestHasher(): (request: ChatRequest) => string {
  const messages = new WeakMap<Message, string>();
  const parts = new WeakMap<object, string>();

  function once<T extends object>(cache: WeakMap<T, string>, value: T): string {
    const known = cache.get(value);
    if (known !== undefined) return known;
    const hash = hashJson(value);
    cache.set(value, hash);
    return hash;
  }

  return ({ messages: conversation, tools, ...rest }) =>
    hashText(
      [hashJson(rest), tools ? once(parts, tools) : '', ...conversation.map((message) => once(messages, message))].join(
        '\n',
      ),
    );
}
