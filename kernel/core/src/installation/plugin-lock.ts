import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forgeError, type Manifest, permissionsSchema, z } from '@forge/plugin-api';
import type { FetchedPlugin } from './fetch-plugin.ts';
import { readIfThere } from '../state/places.ts';

const lockedSchema = z.strictObject({
  version: z.string(),
  /** Of the archive it was installed from, as npm writes it, or `git:` and a commit; none for a folder. */
  integrity: z.string().optional(),
  /** SHA-256 over its files, hexadecimal. */
  files: z.string(),
  /** What the person allowed. */
  permissions: permissionsSchema,
  /** The person let it into Forge's own process. Default false. */
  inProcess: z.literal(true).optional(),
  /** Where newer versions come from: a package of another name, or a git address. Default: the package of its name. */
  source: z.string().optional(),
  /** It came as an archive: nobody says where newer ones are. Default false. */
  archive: z.literal(true).optional(),
  /** It was copied into the project, and goes with `forge plugin remove`. Default false. */
  copied: z.literal(true).optional(),
  /** What was there before the last update. */
  previous: z.strictObject({ version: z.string(), integrity: z.string().optional() }).optional(),
});
const fileSchema = z.strictObject({ version: z.literal(1), plugins: z.record(z.string(), lockedSchema) });

export type LockedPlugin = z.output<typeof lockedSchema>;
export type PluginLock = Readonly<Record<string, LockedPlugin>>;

export const lockFileName = 'forge.plugins.lock';

/** What was approved, by plugin. Undefined when there is no such file. Throws CONFIG_INVALID for one that is broken. */
export function readPluginLock(folder: string): PluginLock | undefined {
  const file = join(folder, lockFileName);
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  const parsed = fileSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.plugins;
  throw forgeError('CONFIG_INVALID', `${lockFileName} cannot be understood`, {
    where: file,
    why: z.prettifyError(parsed.error),
    fix: 'take the committed one, or remove it and add the plugins again',
  });
}

/** Whole or not at all. An empty lock leaves no file. */
export async function writePluginLock(folder: string, plugins: PluginLock): Promise<void> {
  const file = join(folder, lockFileName);
  const sorted = Object.fromEntries(Object.entries(plugins).sort(([left], [right]) => (left < right ? -1 : 1)));
  if (Object.keys(sorted).length === 0) return rm(file, { force: true });
  await writeFile(`${file}.new`, `${JSON.stringify({ version: 1, plugins: sorted }, undefined, 2)}\n`);
  await rename(`${file}.new`, file);
}

interface Approved {
  readonly version: string;
  readonly files: string;
  readonly integrity: string | undefined;
  readonly inProcess: boolean;
  readonly form: FetchedPlugin['form'];
  readonly source: string | undefined;
  readonly isArchive: boolean;
}

/** Writes down that this version was approved, and which one was before. */
export async function lockPlugin(
  folder: string,
  { name, permissions }: Manifest,
  { version, files, integrity, inProcess, form, source, isArchive }: Approved,
): Promise<void> {
  const known = readPluginLock(folder) ?? {};
  const before = known[name];
  const previous = before === undefined || before.version === version ? before?.previous : versionOf(before);
  // A copy that was changed in its place is approved as a folder, and stays a copy.
  const from =
    form === 'folder' ? { source: before?.source, copied: before?.copied } : { source, copied: form === 'copy' };
  const locked: LockedPlugin = {
    version,
    ...(integrity === undefined ? {} : { integrity }),
    files,
    permissions,
    ...(inProcess ? { inProcess } : {}),
    ...(from.source === undefined ? {} : { source: from.source }),
    ...(isArchive ? { archive: true as const } : {}),
    ...(from.copied === true ? { copied: true as const } : {}),
    ...(previous === undefined ? {} : { previous }),
  };
  await writePluginLock(folder, { ...known, [name]: locked });
}

function versionOf({ version, integrity }: LockedPlugin): NonNullable<LockedPlugin['previous']> {
  return { version, ...(integrity === undefined ? {} : { integrity }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
