import measure from 'fast-string-truncated-width';

/** Columns that a text takes in a terminal: escape sequences none, wide characters two. */
export function textWidth(text: string): number {
  return measure(text).width;
}

/** Cuts a line to so many columns, with `…` at the end when something is missing. Colours are closed. */
export function fitLine(line: string, columns: number): string {
  if (textWidth(line) <= columns) return line;
  // The library forgets a symbol that stands right before plain letters, and then cuts too late by its width.
  for (let limit = columns; limit > 0; limit -= 1) {
    const cut = `${line.slice(0, measure(line, { limit, ellipsis: '…' }).index)}…`;
    if (textWidth(cut) <= columns) return cut.includes('\u001B[') ? `${cut}\u001B[0m` : cut;
  }
  return '';
}

/** Breaks a text at its spaces into lines of so many columns. A longer word stands on a line of its own. */
export function wrapText(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of oneLine(text).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(last) + 1 + textWidth(word) <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Fills with spaces at the end up to so many columns. */
export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - textWidth(text)));
}

/** Fills with spaces at the start up to so many columns. */
export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - textWidth(text))) + text;
}

/**
 * What models and commands write must not move the cursor, colour the rest or turn letters around: only lines and tabs
 * are left.
 */
export function harmless(text: string): string {
  return text
    .replace(/\u001B\[[0-9;?]*[ -/]*[@-~]|\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)/g, '')
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]+/g, ' ')
    .replace(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '');
}

/** What `Style` and `fitLine` write. Another one could hide what follows. */
const colour = /(\u001B\[(?:0|1|2|22|31|32|33|36|39)m)/;

/** A drawn text with Forge's colours, and nothing else that a terminal obeys: for what was not made harmless before. */
export function withColoursOnly(text: string): string {
  return text
    .split(colour)
    .map((part, index) => (index % 2 === 1 ? part : harmless(part)))
    .join('');
}

/** All of a text on one line, harmless. */
export function oneLine(text: string): string {
  return harmless(text).replace(/\s+/g, ' ').trim();
}
