import { dirname } from 'node:path';
import { configLayerSchema, type ForgeError, forgeError, isForgeError } from '@forge/plugin-api';
import { codeSource } from '../faults/code-source.ts';
import { dataSource } from '../faults/data-source.ts';
import { frameAt, placeAt } from '../faults/frame.ts';
import { parseJsonText } from '../faults/json-text.ts';
import { schemaFaults } from '../faults/schema-faults.ts';
import type { Source } from '../faults/source.ts';
import type { LoadCode } from '../plugins/load-module.ts';
import { thrownByCode, withoutDefault } from './code-faults.ts';
import { codeExtensions } from './find-config.ts';
import type { Layer, LoadedLayer } from './layer.ts';
import { parseLayer } from './parse-layer.ts';

export interface LoadConfigOptions {
  readonly loadCode: LoadCode;
  /** A file's path as the person knows it. */
  readonly show: (file: string) => string;
  readonly fromRepository: boolean;
}

/** One configuration file as a layer, and every CONFIG_INVALID fault in it. Rejects with CONFIG_UNREADABLE. */
export async function loadConfig(file: string, options: LoadConfigOptions): Promise<LoadedLayer> {
  const { value, source } = await read(file, options);
  const parsed = parseLayer(value);
  const context = { code: 'CONFIG_INVALID', schema: configLayerSchema, value, source } as const;
  const layer: Layer = {
    value: parsed.value,
    base: dirname(file),
    originOf: () => source.file,
    writtenAt: (at) => ({ source, at }),
    fromRepository: options.fromRepository,
  };
  return { layer, faults: await schemaFaults(parsed.issues, context) };
}

async function read(file: string, { loadCode, show }: LoadConfigOptions): Promise<{ value: unknown; source: Source }> {
  // By its default export: a bundle gives CommonJS no other when it is imported late.
  const { cosmiconfig } = (await import('cosmiconfig')).default;
  const shown = show(file);
  let source: Source | undefined;
  const data = (parse: (source: Source) => unknown) => (_file: string, text: string) => {
    source = dataSource(shown, text);
    return parse(source);
  };
  const code = async (path: string, text: string) => {
    const written = codeSource(shown, text);
    source = written;
    const value = await loadCode(path).catch((error: unknown) => {
      throw isForgeError(error) ? error : thrownByCode(error, path, written);
    });
    const fault = withoutDefault(value, written);
    if (fault !== undefined) throw fault;
    return value;
  };
  const yaml = async (path: string, text: string) => data(await yamlParser())(path, text);
  const explorer = cosmiconfig('forge', {
    cache: false,
    loaders: {
      ...Object.fromEntries(codeExtensions.map((extension) => [extension, code])),
      '.json': data((text) => parseJsonText(text, 'CONFIG_UNREADABLE')),
      '.yaml': yaml,
      '.yml': yaml,
    },
  });
  try {
    const result = await explorer.load(file);
    // An empty file is a configuration that says nothing; cosmiconfig does not call the loader for it.
    const value: unknown = result?.config ?? {};
    return { value, source: source ?? dataSource(shown, '') };
  } catch (error) {
    throw unreadable(error, shown);
  }
}

function unreadable(error: unknown, shown: string): ForgeError {
  if (isForgeError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return forgeError('CONFIG_UNREADABLE', `The configuration could not be read: ${message.split('\n')[0]}`, {
    where: shown,
    cause: error,
  });
}

async function yamlParser(): Promise<(source: Source) => unknown> {
  const { parseDocument } = (await import('yaml')).default;
  return (source) => {
    const document = parseDocument(source.text, { logLevel: 'silent', prettyErrors: false });
    const [first] = document.errors;
    if (first !== undefined) throw syntaxFault(source, first.message, first.pos[0]);
    return document.toJS() as unknown;
  };
}

function syntaxFault(source: Source, message: string, offset: number): ForgeError {
  const place = placeAt(source.text, offset, 1);
  return forgeError('CONFIG_UNREADABLE', `is not YAML: ${message}`, {
    where: `${source.file}:${place.line}:${place.column}`,
    frame: frameAt(source.text, place),
  });
}
