import { z } from 'zod';
import { contributionKeys, type ContributionKey } from './seams.ts';

const names = z.array(z.string().min(1)).default([]);
const provides = Object.fromEntries(Object.values(contributionKeys).map((key) => [key, names])) as Record<
  ContributionKey,
  typeof names
>;

export const permissionsSchema = z.strictObject({
  /** Environment variables it may read; `*` for those that its options name. */
  env: z.array(z.string()).default([]),
  /** Environment variables that hold secrets: read like `env`, and masked wherever Forge writes. */
  secrets: z.array(z.string()).default([]),
  /** Hosts it speaks to, such as `api.example.com`; `*` for those that its options name. */
  network: z.array(z.string()).default([]),
  workspace: z.enum(['none', 'read', 'write']).default('none'),
  /** Starts programs. */
  exec: z.boolean().default(false),
});

/** `plugin.json`: all that Forge needs to know of a plugin before it runs any of its code. */
export const manifestSchema = z.strictObject({
  $schema: z.string().optional(),
  /** The package's name. */
  name: z.string().regex(/^(@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*$/, 'expected an npm package name'),
  version: z.string().regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, 'expected a version such as 1.0.0'),
  /** The kind that the plugin is mainly about, as a person would file it. */
  type: z.enum([...(Object.keys(contributionKeys) as [string, ...string[]]), 'bundle']),
  description: z.string().default(''),
  /** Module, relative to the manifest. */
  entry: z.string().regex(/^\.\//, 'expected a path that starts with ./'),
  /** Its tools are offered only when the configuration names the plugin or the tool, not by `tools.allow: ['*']`. */
  optIn: z.boolean().default(false),
  /** Range of @forge/plugin-api versions that it works with, such as `^0.1.0`. */
  api: z.string().default('*'),
  /** Names it registers, for each kind. */
  provides: z.strictObject({ ...provides, integrations: names }),
  /** JSON Schema of its options, for checks and prompts before its code is loaded. */
  options: z.record(z.string(), z.json()).optional(),
  /** Folder of Agent Skills that it brings, relative to the manifest, such as `./skills`. */
  skills: z.string().regex(/^\.\//, 'expected a path that starts with ./').optional(),
  permissions: permissionsSchema.prefault({}),
  /** What its tools add to every prompt, in tokens, so that it is known before its code runs; checked when it does. */
  promptTokens: z.int().nonnegative().optional(),
  /** It is given up: what to use instead, in one line. */
  deprecated: z.string().min(1).optional(),
});

export type Manifest = z.output<typeof manifestSchema>;
export type ManifestInput = z.input<typeof manifestSchema>;
export type Permissions = z.output<typeof permissionsSchema>;
