import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ForgeError, forgeError } from '@forge/plugin-api';
import { placeIn } from '../config/code-faults.ts';
import { dataSource } from '../faults/data-source.ts';
import { frameAt } from '../faults/frame.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';

/** What the code of a plugin threw, with the line of its own file as far as the error or its stack knows it. */
export function thrownByPlugin(
  error: unknown,
  code: 'PLUGIN_LOAD' | 'PLUGIN_SETUP' | 'PLUGIN_STOP',
  what: string,
  record: PluginRecord,
): ForgeError {
  const plugin = record.manifest.name;
  const text = error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  // The loader puts the place into the message, which is said beside it.
  const [message = ''] = (error instanceof Error ? error.message : text).split('\n');
  return forgeError(code, `${what}: ${message.trim()}`, {
    ...(placeOf(text, record) ?? { where: record.source.file }),
    plugin,
    cause: error,
  });
}

function placeOf(text: string, { folder, source }: PluginRecord): { where: string; frame?: string } | undefined {
  if (folder === '') return undefined;
  for (const [, path = ''] of text.matchAll(new RegExp(`${literal(folder)}/([^\\s:()'"]+):\\d+:\\d+`, 'g'))) {
    if (path.includes('node_modules/')) continue;
    const own = readSource(join(folder, path), join(dirname(source.file), path));
    const isSyntax = /^(?:ParseError|SyntaxError): /.test(text);
    const place = own && placeIn(text, join(folder, path), own, isSyntax ? 1 : 0);
    if (own === undefined || place === undefined) continue;
    return { where: `${own.file}:${place.line}:${place.column}`, frame: frameAt(own.text, place) };
  }
  return undefined;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function readSource(file: string, shown: string) {
  try {
    return dataSource(shown, readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
