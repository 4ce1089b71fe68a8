import type { ChatRequest, Message } from '@forge/plugin-api';
import { hashJson, hashText } from '../log/hash.ts';
import { maskJson } from '../log/mask-json.ts';

/**
 * The hash of a chat request. A conversation grows by its end, so the hash of each message is kept with the message:
 * hashing the next request costs only what is new in it. It is over masked texts: those are what a resumed run has.
 */
export function createRequestHasher(mask: (text: string) => string): (request: ChatRequest) => string {
  const hashOf = (value: unknown) => hashJson(maskJson(value, mask));
  const messages = new WeakMap<Message, string>();
  const parts = new WeakMap<object, string>();

  function once<T extends object>(cache: WeakMap<T, string>, value: T): string {
    const known = cache.get(value);
    if (known !== undefined) return known;
    const hash = hashOf(value);
    cache.set(value, hash);
    return hash;
  }

  return ({ messages: conversation, tools, ...rest }) =>
    hashText(
      [hashOf(rest), tools ? once(parts, tools) : '', ...conversation.map((message) => once(messages, message))].join(
        '\n',
      ),
    );
}
