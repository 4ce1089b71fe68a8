import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { realPath } from '../state/places.ts';

/** The absolute path of something in a folder, links followed; undefined when it leads out. It need not exist. */
export function pathInside(folder: string, path: string): string | undefined {
  const top = realPath(folder);
  const place = realPath(join(top, path));
  return place === top || place.startsWith(top + sep) ? place : undefined;
}

/** The text of a file of a folder; why it may not be read; undefined when there is none. */
export function textInside(folder: string, name: string): string | { readonly why: string } | undefined {
  try {
    const real = realpathSync(join(folder, name));
    if (pathInside(folder, name) === undefined) return { why: 'it is a link that leads out of the plugin' };
    return statSync(real).isFile() ? readFileSync(real, 'utf8') : { why: 'it is no file' };
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? undefined : { why: `it cannot be read: ${code}` };
  }
}
