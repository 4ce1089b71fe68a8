import { describe, expect, it } from 'vitest';
import { readableText } from '../../src/process/index.ts';

const CASES = [
  { name: 'plain text', bytes: 'a\tb\nc ü 🙂', text: 'a\tb\nc ü 🙂' },
  { name: 'colours', bytes: '\x1b[1;31mred\x1b[0m', text: 'red' },
  { name: 'cursor and erase', bytes: 'a\x1b[2K\x1b[1Gb\x1b[?25l', text: 'ab' },
  { name: 'window title', bytes: 'a\x1b]0;owned\x07b', text: 'ab' },
  { name: 'link', bytes: '\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\', text: 'text' },
  { name: 'charset and reset', bytes: 'a\x1b(Bb\x1bc', text: 'ab' },
  { name: 'a lone escape', bytes: 'a\x1b', text: 'a␛' },
  { name: 'carriage returns', bytes: 'a\r\nb\rc', text: 'a\nb\nc' },
  { name: 'NUL, bell, backspace, delete', bytes: 'a\0\x07\x08\x7f', text: 'a␀␇␈␡' },
  { name: 'C1 controls', bytes: '\u009b31m', text: '\\u{9b}31m' },
  { name: 'reordered line', bytes: 'a\u202eb\u2066', text: 'a\\u{202e}b\\u{2066}' },
  { name: 'byte order mark', bytes: '\ufeffa', text: '\ufeffa' },
];

describe('readable text', () => {
  it.each(CASES)('$name', ({ bytes, text }) => {
    expect(readableText(Buffer.from(bytes))).toBe(text);
  });

  const BAD_BYTES = [
    { name: 'lone continuation', bytes: [0x80], text: '\ufffd' },
    { name: 'overlong', bytes: [0xc0, 0xaf], text: '\ufffd\ufffd' },
    { name: 'surrogate half', bytes: [0xed, 0xa0, 0x80], text: '\ufffd\ufffd\ufffd' },
    { name: 'cut short', bytes: [0x61, 0xf0, 0x9f], text: 'a\ufffd' },
    { name: 'beyond Unicode', bytes: [0xf5, 0x80], text: '\ufffd\ufffd' },
  ];
  it.each(BAD_BYTES)('$name is replaced', ({ bytes, text }) => {
    const result = readableText(new Uint8Array(bytes));
    expect(result).toBe(text);
    expect(result.isWellFormed()).toBe(true);
  });
});
