import { configLayerSchema, type JsonSchema, manifestSchema, z } from '@forge/plugin-api';

/** What editors and other tools check files with, by name: the same schemas that Forge itself checks with. */
export const schemas: Readonly<Record<string, JsonSchema>> = {
  'plugin.schema.json': published(manifestSchema, 'plugin.json of a Forge plugin'),
  'config.schema.json': published(configLayerSchema, 'Configuration of Forge: forge.config.json'),
};

function published(schema: z.ZodType, title: string): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return { $schema, title, ...rest };
}
