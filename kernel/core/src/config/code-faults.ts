import { type ForgeError, forgeError } from '@forge/plugin-api';
import { frameAt, type Place, placeAt } from '../faults/frame.ts';
import type { Source } from '../faults/source.ts';

const fix = 'export default defineConfig({ … })';

/** What running a configuration threw, with the line of the file as far as the error or its stack knows it. */
export function thrownByCode(error: unknown, file: string, source: Source): ForgeError {
  const message = error instanceof Error ? error.message : String(error);
  const firstLine = message.split('\n')[0]?.trim() ?? '';
  const isSyntax = /^(?:ParseError|SyntaxError): /.test(firstLine);
  // A parser counts columns from 0, a stack from 1.
  const place = placeIn(
    error instanceof Error ? `${message}\n${error.stack}` : message,
    file,
    source,
    isSyntax ? 1 : 0,
  );
  const text = isSyntax
    ? `is not TypeScript or JavaScript: ${firstLine.replace(/^\w+: /, '')}`
    : `The configuration could not be read: ${firstLine}`;
  return forgeError('CONFIG_UNREADABLE', text, {
    where: place === undefined ? source.file : `${source.file}:${place.line}:${place.column}`,
    ...(place === undefined ? {} : { frame: frameAt(source.text, place) }),
    cause: error,
  });
}

/** For a module, which is what loading gives when there is no default export. */
export function withoutDefault(value: unknown, source: Source): ForgeError | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const isModule = '__esModule' in value || Object.prototype.toString.call(value) === '[object Module]';
  if (!isModule) return undefined;
  return forgeError('CONFIG_UNREADABLE', 'The configuration has no default export', { where: source.file, fix });
}

/** Where a message or stack names a place of that file. */
export function placeIn(text: string, file: string, source: Source, columnsFrom: number): Place | undefined {
  const at = text.indexOf(`${file}:`);
  const found = at < 0 ? undefined : /^:(\d+):(\d+)/.exec(text.slice(at + file.length));
  const lines = source.text.split('\n');
  const line = Number(found?.[1]);
  if (!(line >= 1 && line <= lines.length)) return undefined;
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  // The loader puts a wrapper before the first line, so that a stack's columns of it are not the file's.
  if (line === 1 && columnsFrom === 0) return placeAt(source.text, 0, 1);
  const column = Math.min(Number(found?.[2]) - 1 + columnsFrom, lines[line - 1]?.length ?? 0);
  return placeAt(source.text, before + column, 1);
}
