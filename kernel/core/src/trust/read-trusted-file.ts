import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import type { Trust } from './trust.ts';

/**
 * A file of the repository whose words will run something. What is given back is what was trusted, whatever the file
 * says meanwhile. Undefined when there is none.
 *
 * @param repository absolute, links followed
 */
export async function readTrustedFile(
  repository: string,
  path: string,
  plugin: string,
  trust: Trust,
): Promise<string | undefined> {
  const text = await readInside(repository, path, plugin);
  if (text === undefined) return undefined;
  const hash = () => createHash('sha256').update(text).digest('hex');
  await trust.require([{ name: path, what: `what ${plugin} starts`, hash }]);
  return text;
}

async function readInside(repository: string, path: string, plugin: string): Promise<string | undefined> {
  try {
    const file = await realpath(join(repository, path));
    if (file.startsWith(repository + sep)) return await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  throw forgeError('PERMISSION_MISSING', `The plugin "${plugin}" may read files of the repository only, not ${path}`, {
    plugin,
  });
}
