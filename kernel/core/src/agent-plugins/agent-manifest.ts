import { type ForgeError, type Manifest, manifestSchema, z } from '@forge/plugin-api';
import { type FaultContext, schemaFaults, type SchemaIssue } from '../faults/schema-faults.ts';
import type { Source } from '../faults/source.ts';

/** The standard's home, which no program asks while it loads a plugin. */
const schemas = 'https://agent-plugins.org/schemas/';
/** The version that is understood. A plugin and its `mcp.json` name the same one. */
const version = '1.0.0';
export const mcpSchema = `${schemas}${version}/mcp.schema.json`;

const text = z.string();
/** What the standard checks: types alone, but for the name. `extensions` and unknown fields keep nothing from loading. */
const fields = {
  $schema: text.refine((schema) => schema === `${schemas}${version}/plugin.schema.json`, {
    error: ({ input }) => `Forge understands Agent Plugins ${version}, and this is for ${String(input)}`,
  }),
  name: text
    .max(64)
    .regex(
      /^(?!.*(?:--|\.\.))[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/,
      'expected lower-case letters and digits, with single - and . between them',
    ),
  version: text.optional(),
  description: text.optional(),
  author: z.strictObject({ name: text.optional(), email: text.optional(), url: text.optional() }).optional(),
  homepage: text.optional(),
  repository: text.optional(),
  license: text.optional(),
  keywords: z.array(text).optional(),
  extensions: z.unknown().optional(),
};
const agentManifestSchema = z.object(fields);

/** Where its skills lie; the standard leaves no choice. */
export const skillsFolder = './skills';

export interface AgentManifest {
  /** As one of Forge's own: it brings nothing by itself, and asks for nothing. */
  readonly manifest: Manifest;
  /** What of the file is not used, in words. */
  readonly notes: readonly string[];
}

/** Is it a manifest of the Agent Plugins standard, of whichever version? */
export function isAgentManifest(value: unknown): boolean {
  const schema = (value as { readonly $schema?: unknown } | null)?.$schema;
  return typeof schema === 'string' && schema.startsWith(schemas);
}

/** Reads a `plugin.json` of the standard. Answers with all its faults when the standard wants it refused. */
export function parseAgentManifest(value: unknown, source: Source): AgentManifest | Promise<ForgeError[]> {
  const { success, data, error } = agentManifestSchema.safeParse(value);
  if (!success) return faultsOf(error.issues as unknown as SchemaIssue[], value, source);
  const { name, description = '' } = data;
  const plain = manifestSchema.parse({ name, version: '0.0.0', type: 'bundle', entry: './plugin.json', provides: {} });
  // Any text is a version there.
  return { manifest: { ...plain, version: data.version ?? plain.version, description }, notes: notesOf(value, data) };
}

function faultsOf(issues: readonly SchemaIssue[], value: unknown, source: Source): Promise<ForgeError[]> {
  const { name } = value as { readonly name?: unknown };
  const context: FaultContext = { code: 'MANIFEST_INVALID', schema: agentManifestSchema, value, source };
  return schemaFaults(issues, typeof name === 'string' ? { ...context, plugin: name } : context);
}

function notesOf(value: unknown, { extensions }: z.output<typeof agentManifestSchema>): string[] {
  const unknown = Object.keys(value as object).filter((key) => !Object.hasOwn(fields, key));
  const notes = unknown.map((key) => `"${key}" in plugin.json is not part of the standard: it is left out`);
  if (extensions === undefined) return notes;
  if (typeof extensions !== 'object' || extensions === null || Array.isArray(extensions))
    return [...notes, '"extensions" in plugin.json is no object: it is left out'];
  return [
    ...notes,
    ...Object.keys(extensions).map(
      (name) => `what plugin.json says for "${name}" is for another program: it is left out`,
    ),
  ];
}
