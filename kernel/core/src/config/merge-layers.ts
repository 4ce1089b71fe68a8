import { join } from 'node:path';
import type { ConfigLayer, ResolvedConfig } from '@forge/plugin-api';
import { deepFreeze } from '../deep-freeze.ts';
import { showPath, type ValuePath } from '../faults/source.ts';
import type { PluginUse, Written } from '../manifests/plugin-record.ts';
import type { Layer } from './layer.ts';

/** Where a value of the configuration comes from. */
export interface Origin {
  readonly path: ValuePath;
  readonly value: unknown;
  readonly source: string;
  readonly written: Written;
  /** Absolute folder of the file that says so. */
  readonly base: string;
  /** The built-in defaults say so, nobody else. */
  readonly isDefault: boolean;
}

export interface Merged {
  readonly config: ResolvedConfig;
  /** One for each value, sorted by path. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** Every word that asks for a plugin, weakest layer first. */
  readonly uses: readonly (PluginUse & { readonly fromRepository: boolean })[];
}

type Values = Record<string, unknown>;

/**
 * All layers as one, the first being the defaults. Objects are merged key by key, lists are replaced; `plugins` grows,
 * and options for one plugin are merged.
 */
export function mergeLayers(layers: readonly Layer[]): Merged {
  const origins = new Map<string, Origin>();
  const values: Values = {};
  for (const [index, layer] of layers.entries()) {
    const { plugins: _plugins, ...rest } = layer.value;
    overlay(values, rest, [], (path, value) => {
      origins.set(showPath(path), {
        path,
        value,
        source: layer.originOf(path),
        written: layer.writtenAt(path),
        base: layer.base,
        isDefault: index === 0,
      });
    });
  }
  const uses = layers.flatMap(usesOf);
  for (const use of uses) {
    origins.set(`plugins.${use.use}`, {
      path: ['plugins', use.use],
      value: use.options,
      source: use.written.where ?? use.written.source?.file ?? 'default',
      written: use.written,
      base: use.base,
      isDefault: false,
    });
  }
  const config = deepFreeze({ ...normalized(values), plugins: mergedPlugins(uses) }) as unknown as ResolvedConfig;
  return { config, origins: new Map([...origins].sort(([left], [right]) => (left < right ? -1 : 1))), uses };
}

function overlay(
  target: Values,
  source: Values,
  path: readonly string[],
  set: (path: readonly string[], value: unknown) => void,
): void {
  for (const [key, value] of Object.entries(source)) {
    if (value === undefined) continue;
    const here = [...path, key];
    if (isObject(value)) {
      const inner = isObject(target[key]) ? target[key] : {};
      target[key] = inner;
      overlay(inner, value, here, set);
    } else {
      target[key] = copy(value);
      set(here, value);
    }
  }
}

/** Plain values are copied, so that freezing them touches nobody else's; functions and the like stay as they are. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]));
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function usesOf(layer: Layer): (PluginUse & { readonly fromRepository: boolean })[] {
  return (layer.value.plugins ?? []).map((entry, index) => {
    const { use, options, enabled, inProcess } =
      typeof entry === 'string' ? { use: entry, options: {}, enabled: true, inProcess: undefined } : entry;
    return {
      use: use.startsWith('.') ? join(layer.base, use) : use,
      options,
      enabled: enabled ?? true,
      inProcess,
      base: layer.base,
      written: layer.writtenAt(['plugins', index]),
      fromRepository: layer.fromRepository,
    };
  });
}

function mergedPlugins(uses: readonly PluginUse[]): ResolvedConfig['plugins'] {
  const merged = new Map<string, Values>();
  for (const { use, options } of uses) merged.set(use, mergeOptions(merged.get(use) ?? {}, options));
  return [...merged].map(([use, options]) => ({ use, options }));
}

/** Options of two layers for one plugin, the second being the stronger. */
export function mergeOptions(weak: Readonly<Values>, strong: Readonly<Values>): Values {
  const merged = copy(weak) as Values;
  overlay(merged, strong as Values, [], () => undefined);
  return merged;
}

/** A command line is a list of words from here on. */
function normalized(values: Values): Values {
  const testing = values['testing'] as ConfigLayer['testing'] & Values;
  const words = (line: string | readonly string[]) => (typeof line === 'string' ? line.trim().split(/\s+/) : line);
  return {
    ...values,
    testing: {
      ...testing,
      ...(testing.command === undefined ? {} : { command: words(testing.command) }),
      ...(testing.setup === undefined ? {} : { setup: testing.setup.map(words) }),
    },
  };
}
