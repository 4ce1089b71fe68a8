import { type ErrorCode, type ForgeError, forgeError } from '@forge/plugin-api';
import { frameAt, placeAt } from './frame.ts';
import type { Source } from './source.ts';

/** The value of a JSON text. Throws an error of that code that points at the first thing that is not JSON. */
export function parseJsonText(source: Source, code: ErrorCode): unknown {
  try {
    return JSON.parse(source.text);
  } catch (error) {
    throw syntaxFault(source, code, error);
  }
}

// V8 names a place for some faults only, so the text is read once more.
function syntaxFault(source: Source, code: ErrorCode, cause: unknown): ForgeError {
  const { text, file } = source;
  const found = firstFault(text);
  const place = placeAt(text, found.offset, 1);
  const there = found.offset >= text.trimEnd().length ? 'the end' : text.charAt(found.offset);
  return forgeError(code, `is not JSON: expected ${found.expected}, found ${there}`, {
    where: `${file}:${place.line}:${place.column}`,
    frame: frameAt(text, place),
    cause,
  });
}

interface SyntaxFault {
  readonly offset: number;
  readonly expected: string;
}

const scalar =
  /(?:"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/** Where a text stops being JSON. */
function firstFault(text: string): SyntaxFault {
  const reader = new Reader(text);
  try {
    reader.value();
    reader.expect('', 'nothing more');
  } catch (fault) {
    return fault as SyntaxFault;
  }
  return { offset: 0, expected: 'JSON' };
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): void {
    if (this.take('{')) return this.members('}', true);
    if (this.take('[')) return this.members(']', false);
    this.scalar('a value');
  }

  members(end: string, named: boolean): void {
    if (this.take(end)) return;
    do {
      if (named) {
        if (this.peek() !== '"') this.fail('a key in double quotes');
        this.scalar('a key in double quotes');
        this.expect(':', 'a colon');
      }
      this.value();
    } while (this.take(','));
    this.expect(end, `a comma or ${end}`);
  }

  scalar(expected: string): void {
    this.peek();
    scalar.lastIndex = this.#at;
    const found = scalar.exec(this.#text);
    if (found === null) this.fail(expected);
    this.#at = scalar.lastIndex;
  }

  peek(): string {
    while (/[ \t\r\n]/.test(this.#text.charAt(this.#at))) this.#at++;
    return this.#text.charAt(this.#at);
  }

  take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.#at += character.length;
    return true;
  }

  expect(character: string, expected: string): void {
    if (!this.take(character)) this.fail(expected);
  }

  fail(expected: string): never {
    throw { offset: this.#at, expected } satisfies SyntaxFault;
  }
}
