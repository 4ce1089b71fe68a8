/** Anything with a place in a text. */
export interface Spot {
  readonly start: number;
  readonly end: number;
}

/** A list or an object as it is written, from its opening bracket to its closing one. */
export interface Literal extends Spot {
  readonly items: readonly Spot[];
}

/** A text of code, with its comments. */
export interface CodeText {
  readonly text: string;
  readonly comments: readonly Spot[];
}

/** The text with another one in that place. */
export const replaced = (text: string, { start, end }: Spot, by: string): string =>
  text.slice(0, start) + by + text.slice(end);

/** The text with one more item at the end of a literal; comments and the form of what is there stay. */
export function withItem(code: CodeText, literal: Literal, item: string): string {
  const { text } = code;
  const { items, start, end } = literal;
  const [first] = items;
  const last = items.at(-1);
  const inner = { start: start + 1, end: end - 1 };
  if (first === undefined || last === undefined) return withFirst(text, inner, item);
  if (!text.slice(start, first.start).includes('\n')) return replaced(text, at(last.end), `, ${item}`);
  const comma = commaAfter(code, last.end);
  const place = endOfLine(code, comma === undefined ? last.end : comma + 1);
  const line = `${newline(text)}${indentAt(text, first.start)}${item}`;
  if (comma !== undefined) return replaced(text, at(place), `${line},`);
  return replaced(replaced(text, at(place), line), at(last.end), ',');
}

function withFirst(text: string, inner: Spot, item: string): string {
  const braces = text[inner.start - 1] === '{';
  const between = text.slice(inner.start, inner.end);
  if (between.trim() === '') return replaced(text, inner, braces ? ` ${item} ` : item);
  const indent = indentAt(text, inner.start);
  return replaced(
    text,
    inner,
    `${between.trimEnd()}${newline(text)}${indent}${indentUnit(text)}${item},${newline(text)}${indent}`,
  );
}

/** The text without one item of a literal, its comma, and what is said of it at the end of its line. */
export function withoutItem(code: CodeText, { items, start, end }: Literal, index: number): string {
  const { text } = code;
  const item = items[index];
  if (item === undefined) return text;
  const comma = commaAfter(code, item.end);
  const without = replaced(text, wholeLine(text, { start: item.start, end: endOfItem(code, item.end, comma) }), '');
  const before = items[index - 1];
  const orphan = before === undefined || comma !== undefined ? undefined : commaAfter(code, before.end);
  const gone = text.length - without.length;
  if (items.length === 1 && without.slice(start + 1, end - 1 - gone).trim() === '')
    return replaced(without, { start: start + 1, end: end - 1 - gone }, '');
  if (orphan === undefined) return without;
  const isAlone = text.slice(orphan, item.start).trim() === ',' && !text.slice(orphan, item.start).includes('\n');
  return replaced(without, { start: orphan, end: isAlone ? item.start : orphan + 1 }, '');
}

function endOfItem(code: CodeText, end: number, comma: number | undefined): number {
  const after = comma === undefined ? end : comma + 1;
  const line = endOfLine(code, after);
  // A comment with more behind it on its line is about that.
  return /^[ \t]*(\r?\n|$)/.test(code.text.slice(line)) ? line : after;
}

/** With the whole line when nothing else stands on it, else with the blanks behind it. */
function wholeLine(text: string, { start, end }: Spot): Spot {
  const [left = ''] = /[ \t]*$/.exec(text.slice(0, start)) ?? [];
  const isFirst = start === left.length || text[start - left.length - 1] === '\n';
  const line = /^[ \t]*\r?\n/.exec(text.slice(end));
  if (isFirst && line !== null) return { start: start - left.length, end: end + line[0].length };
  const [right = ''] = /^[ \t]*/.exec(text.slice(end)) ?? [];
  return { start, end: end + right.length };
}

/** Where the comma behind an item stands, if there is one. */
function commaAfter({ text, comments }: CodeText, from: number): number | undefined {
  let place = from;
  for (;;) {
    const comment = comments.find(({ start }) => start === place);
    if (comment !== undefined) place = comment.end;
    else if (/\s/.test(text[place] ?? '')) place += 1;
    else return text[place] === ',' ? place : undefined;
  }
}

/** Behind the comments that begin on the same line. */
function endOfLine({ text, comments }: CodeText, from: number): number {
  let end = from;
  for (;;) {
    const [blanks = ''] = /^[ \t]*/.exec(text.slice(end)) ?? [];
    const comment = comments.find(({ start }) => start === end + blanks.length);
    if (comment === undefined) return end;
    end = comment.end;
  }
}

function indentAt(text: string, place: number): string {
  const line = text.slice(text.lastIndexOf('\n', place - 1) + 1, place);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

const newline = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');
const indentUnit = (text: string): string => /^(\t| {2,})\S/m.exec(text)?.[1] ?? '  ';
const at = (place: number): Spot => ({ start: place, end: place });

/** A value as a person would write it, with the quotes that the text uses. */
export function written(value: unknown, text: string): string {
  const quote = /['"]/.exec(text)?.[0] ?? "'";
  if (Array.isArray(value)) return `[${value.map((each) => written(each, text)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined);
    const all = entries.map(([name, each]) => `${nameOf(name, quote)}: ${written(each, text)}`);
    return all.length === 0 ? '{}' : `{ ${all.join(', ')} }`;
  }
  return typeof value === 'string' ? quoted(value, quote) : JSON.stringify(value);
}

export const property = (name: string, value: unknown, text: string): string =>
  written({ [name]: value }, text).slice(2, -2);

const nameOf = (name: string, quote: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name, quote));

function quoted(value: string, quote: string): string {
  const json = JSON.stringify(value);
  return quote === '"' ? json : `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
