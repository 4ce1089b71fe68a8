import { type ConfigLayer, configLayerSchema, type ForgeError, forgeError, z } from '@forge/plugin-api';
import { closest } from '../faults/did-you-mean.ts';
import { schemaFaults } from '../faults/schema-faults.ts';
import type { ValuePath } from '../faults/source.ts';
import type { Layer, LoadedLayer } from './layer.ts';
import { parseLayer } from './parse-layer.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const prefix = 'FORGE_';

/** Variables of Forge that are no settings. */
export const knownVariables: readonly string[] = [
  'FORGE_HOME',
  'FORGE_DEBUG',
  'FORGE_PROCESS',
  'FORGE_SERVER',
  'FORGE_TOKEN',
];

/**
 * `FORGE_SAFETY__BUDGET_USD=5` is `safety.budgetUsd: 5`: two underscores go one level down, one begins a word. Lists
 * are JSON, or words with commas between them. A variable that means no setting is a fault, because a misspelt limit
 * is no limit.
 */
export async function environmentLayer(
  env: Environment,
  options: { readonly cwd: string; readonly known: readonly string[] },
): Promise<LoadedLayer | undefined> {
  const variables = Object.entries(env).filter(
    ([name, value]) => name.startsWith(prefix) && value !== undefined && value !== '' && !options.known.includes(name),
  ) as [string, string][];
  if (variables.length === 0) return undefined;

  const settings = settingVariables();
  const names = new Map<string, string>();
  const value: Record<string, unknown> = {};
  const faults: ForgeError[] = [];
  for (const [name, text] of variables) {
    const setting = settings.get(name);
    if (setting === undefined) {
      faults.push(unknown(name, [...settings.keys(), ...options.known]));
      continue;
    }
    names.set(setting.path.join('.'), name);
    put(value, setting.path, readText(text, setting.schema));
  }
  const variableOf = (path: ValuePath): string =>
    path.reduce<string | undefined>(
      (found, _step, index) => found ?? names.get(path.slice(0, path.length - index).join('.')),
      undefined,
    ) ?? 'the environment';

  const parsed = parseLayer(value);
  for (const issue of parsed.issues) {
    const where = variableOf((issue.path ?? []) as ValuePath);
    const context = { code: 'CONFIG_INVALID', schema: configLayerSchema, value, where } as const;
    faults.push(...(await schemaFaults([issue], context)));
  }
  return { layer: layerOf(parsed.value, options.cwd, variableOf), faults };
}

function layerOf(value: ConfigLayer, base: string, variableOf: (path: ValuePath) => string): Layer {
  return {
    value,
    base,
    originOf: variableOf,
    writtenAt: (at) => ({ at, where: variableOf(at) }),
    fromRepository: false,
  };
}

function unknown(name: string, known: readonly string[]): ForgeError {
  // Without what all of them begin with, which would make any two of them look alike.
  const bare = (variable: string): string => variable.slice(prefix.length);
  const meant = closest(bare(name), known.filter((variable) => variable.startsWith(prefix)).map(bare));
  const suggestion = meant === undefined ? '' : ` — did you mean "${prefix}${meant}"?`;
  return forgeError('CONFIG_INVALID', `unknown variable ${name}${suggestion}`, {
    where: name,
    fix: 'Unset it, or correct its name: FORGE_SAFETY__BUDGET_USD is safety.budgetUsd.',
  });
}

/** As much of JSON Schema as decides how a text is read. */
interface JsonType {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonType>>;
  readonly anyOf?: readonly JsonType[];
}

interface Setting {
  readonly path: readonly string[];
  readonly schema: JsonType;
}

/** Every setting with the variable that sets it. */
export function settingVariables(): ReadonlyMap<string, Setting> {
  const top = z.toJSONSchema(configLayerSchema, { io: 'input', unrepresentable: 'any' }) as JsonType;
  const settings = new Map<string, Setting>();
  const visit = (schema: JsonType, path: readonly string[]): void => {
    if (schema.properties === undefined) {
      settings.set(prefix + path.map(upperSnake).join('__'), { path, schema });
      return;
    }
    for (const [key, inner] of Object.entries(schema.properties)) visit(inner, [...path, key]);
  };
  visit(top, []);
  return settings;
}

function upperSnake(key: string): string {
  return key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
}

function readText(text: string, schema: JsonType): unknown {
  if (schema.type === 'number' || schema.type === 'integer') return text.trim() === '' ? text : numberOr(text);
  if (schema.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  const takesList = schema.type === 'array' || schema.anyOf?.some(({ type }) => type === 'array');
  if (takesList && text.trimStart().startsWith('[')) return jsonOr(text);
  if (schema.type === 'array')
    return text
      .split(',')
      .map((word) => word.trim())
      .filter(Boolean);
  return text;
}

function numberOr(text: string): number | string {
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema then says that a text stands where a list belongs.
    return text;
  }
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [step, ...rest] = path;
  if (step === undefined) return;
  if (rest.length === 0) {
    target[step] = value;
    return;
  }
  put((target[step] ??= {}) as Record<string, unknown>, rest, value);
}
