import { expect, test } from 'vitest';
import { readSse } from '../src/read-sse.ts';

async function read(...chunks: readonly string[]) {
  const bytes = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk, 'latin1');
  })();
  const messages = [];
  for await (const message of readSse(bytes)) messages.push(message);
  return messages;
}

const utf8 = (text: string) => Buffer.from(text).toString('latin1');

test.each<[string, readonly string[], readonly unknown[]]>([
  ['one message', ['id: 1\ndata: x\n\n'], [{ id: '1', event: 'message', data: 'x' }]],
  ['a name', ['event: end\ndata: x\n\n'], [{ id: undefined, event: 'end', data: 'x' }]],
  ['several lines', ['data: a\ndata: b\n\n'], [{ id: undefined, event: 'message', data: 'a\nb' }]],
  ['comments', [': still here\n\n: more\n\n'], []],
  ['no space, and an empty value', ['data:x\ndata\n\n'], [{ id: undefined, event: 'message', data: 'x\n' }]],
  ['other ends of lines', ['data: a\r\n\r\ndata: b\r\r'], [{ id: undefined, event: 'message', data: 'a' }]],
  ['a message that never ends', ['data: x\n'], []],
])('%s', async (_, chunks, expected) => {
  expect(await read(...chunks)).toEqual(expected);
});

test('messages in pieces of any size, within letters too', async () => {
  const text = utf8('id: 1\ndata: größer ☂\n\nid: 2\r\ndata: zwei\r\n\r\nevent: end\ndata: {}\n\n');
  const whole = await read(text);
  expect(whole.map(({ data }) => data)).toEqual(['größer ☂', 'zwei', '{}']);
  for (let size = 1; size < text.length; size += 1) {
    const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    expect(await read(...pieces)).toEqual(whole);
  }
});
