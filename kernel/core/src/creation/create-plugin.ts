import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { forgeError, type Kind, kinds } from '@forge/plugin-api';
import { sampleNames, withNames } from './sample-names.ts';

export interface CreatePluginRequest {
  /** Of its package. */
  readonly name: string;
  readonly kind: string;
  /** Absolute; made when there is none. */
  readonly folder: string;
  /** Absolute folder of templates: `common`, and one folder for each kind. */
  readonly templates: string;
}

export interface CreatedPlugin {
  readonly name: string;
  readonly kind: Kind;
  readonly folder: string;
  /** Relative to the folder, sorted. */
  readonly files: readonly string[];
}

/** Both templates have one: the first is about plugins, the second about the kind. */
const joined = 'README.md';
/** npm packs no file of that name, so the template cannot have it. */
const renamed: Readonly<Record<string, string>> = { gitignore: '.gitignore' };

/** Writes a whole plugin of that kind into an empty folder. Rejects with USAGE, and then leaves nothing behind. */
export async function createPlugin({ name, kind, folder, templates }: CreatePluginRequest): Promise<CreatedPlugin> {
  const known = kinds.find((each) => each === kind);
  if (known === undefined) {
    throw forgeError('USAGE', `There is no kind "${kind}"`, { fix: `choose one of ${kinds.join(', ')}` });
  }
  const names = sampleNames(name);
  const common = await readTemplate(join(templates, 'common'));
  const own = await readTemplate(join(templates, known));
  const readme = [common.get(joined), own.get(joined)].join('\n');
  const files = [...new Map([...common, ...own, [joined, readme]])].map(
    ([path, text]) => [withNames(renamed[path] ?? path, names), withNames(text, names)] as const,
  );
  const made = await emptyFolder(folder);
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text, { flag: 'wx' });
    }
  } catch (error) {
    if (made) await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return { name, kind: known, folder, files: files.map(([path]) => path).sort() };
}

/** Every file of a template by its path in it. Links are followed: some parts are shared with the test kit. */
async function readTemplate(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const visit = async (path: string): Promise<void> => {
    const place = join(folder, path);
    if (!(await stat(place)).isDirectory()) return void files.set(path, await readFile(place, 'utf8'));
    for (const name of await readdir(place)) if (name !== 'node_modules') await visit(join(path, name));
  };
  await visit('');
  return files;
}

/** True when it was made. */
async function emptyFolder(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) {
    await mkdir(folder, { recursive: true });
    return true;
  }
  if (found.isDirectory() && (await readdir(folder)).length === 0) return false;
  throw forgeError('USAGE', 'There is something already', {
    where: folder,
    fix: 'name another folder with --directory, or empty this one',
  });
}
