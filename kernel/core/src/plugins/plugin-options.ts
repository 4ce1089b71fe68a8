import { ForgeFaults, forgeError, type PluginDefinition } from '@forge/plugin-api';
import { deepFreeze } from '../deep-freeze.ts';
import { schemaFaults } from '../faults/schema-faults.ts';
import { isStandardSchema, validate } from '../guards/standard-schema.ts';
import type { Written } from '../manifests/plugin-record.ts';

/** The options of one plugin: all layers merged, and the last place that set some. */
export interface GivenOptions {
  readonly value: Readonly<Record<string, unknown>>;
  readonly written?: Written | undefined;
}

/** Parsed with the plugin's own schema, whichever library it comes from. Rejects with every PLUGIN_OPTIONS fault. */
export async function parseOptions(
  plugin: string,
  definition: PluginDefinition,
  given: GivenOptions,
): Promise<unknown> {
  const schema: unknown = definition.options;
  const written = given.written;
  if (schema === undefined) {
    if (Object.keys(given.value).length === 0) return undefined;
    throw forgeError('PLUGIN_OPTIONS', `The plugin "${plugin}" takes no options`, {
      ...(written?.source === undefined ? {} : { where: written.source.file }),
      plugin,
      fix: 'Remove them.',
    });
  }
  if (!isStandardSchema(schema)) {
    throw forgeError('PLUGIN_LOAD', `The options of the plugin "${plugin}" are no Standard Schema`, { plugin });
  }
  const result = await validate(schema, given.value);
  if (result.issues === undefined) return deepFreeze(result.value);
  throw new ForgeFaults(
    await schemaFaults(result.issues, {
      code: 'PLUGIN_OPTIONS',
      subject: plugin,
      keyWord: 'option',
      schema,
      value: given.value,
      source: written?.source,
      at: [...(written?.at ?? []), 'options'],
      shownAt: written?.at ?? [],
      plugin,
      ...(written?.where === undefined ? {} : { where: written.where }),
    }),
  );
}
