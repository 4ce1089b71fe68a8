import { cp, mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Manifest } from '@forge/plugin-api';

/** Where a plugin lies that came here as a copy, beside the configuration: it is committed with the project. */
export function copyPlace(folder: string, { name }: Pick<Manifest, 'name'>): string {
  return join(folder, '.agents', 'plugins', name.replaceAll('/', '+'));
}

/** Copies a plugin without what git keeps beside it. Links stay links. */
export async function copyPlugin(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(dirname(to), { recursive: true });
  const filter = (path: string) => basename(path) !== '.git';
  await cp(from, to, { recursive: true, verbatimSymlinks: true, filter });
}
