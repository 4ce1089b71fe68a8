/** What JSON leaves as it is and a terminal may obey: control characters of one byte, and those that turn text around. */
const obeyed = /[\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** A value as JSON on one line that is harmless in a terminal, and means the same. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    obeyed,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
