import { cp, mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { forgeError, type Manifest } from '@forge/plugin-api';
import { pathInside } from '../agent-plugins/inside.ts';

/**
 * Where a plugin lies that came here as a copy, beside the configuration: it is committed with the project. Throws
 * INSTALL_FAILED when links of the project lead elsewhere: what is there would be replaced.
 */
export function copyPlace(folder: string, { name }: Pick<Manifest, 'name'>): string {
  const path = join('.agents', 'plugins', name.replaceAll('/', '+'));
  if (pathInside(folder, path) !== undefined) return join(folder, path);
  throw forgeError('INSTALL_FAILED', `${path} leads out of the project`, {
    where: join(folder, path),
    why: 'a link in the project leads elsewhere',
    fix: 'remove the link',
  });
}

/** Copies a plugin without what git keeps beside it. Links stay links. */
export async function copyPlugin(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(dirname(to), { recursive: true });
  const filter = (path: string) => basename(path) !== '.git';
  await cp(from, to, { recursive: true, verbatimSymlinks: true, filter });
}
