const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

// What a terminal would obey: colours, cursor movements, titles, links, and the strings of DCS, SOS, PM and APC.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const ESCAPE_SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;
// Every control character but tab and line feed, and the marks that reorder a line (they hide text from a reader).
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const EVERY_CONTROL = new RegExp(CONTROL, 'g');

/**
 * Bytes of any program as text that is safe to show, store and send: well-formed Unicode (a bad byte becomes U+FFFD),
 * escape sequences taken out, carriage returns turned into line feeds, every other control character made visible
 * (NUL as ␀, others as ␛ or `\u{202e}`). The text is meant for reading; the raw bytes are the blob's matter.
 */
export function readableText(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  if (!CONTROL.test(text)) return text;
  return text.replace(/\r\n?/g, '\n').replace(ESCAPE_SEQUENCE, '').replace(EVERY_CONTROL, visible);
}

function visible(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `\\u{${code.toString(16)}}`;
}

/** The end of the last whole UTF-8 character: a cut there splits none. Bytes that are no UTF-8 are left alone. */
export function endOfLastCharacter(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] as number;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** The start of the first whole UTF-8 character. */
export function startOfFirstCharacter(bytes: Uint8Array): number {
  let start = 0;
  while (start < 3 && start < bytes.length && ((bytes[start] as number) & 0xc0) === 0x80) start++;
  return start;
}
