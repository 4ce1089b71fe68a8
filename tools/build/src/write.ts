import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Bundle } from './bundle.ts';
import { forward } from './repository.ts';

const keepUnused = 24 * 3_600_000;

/**
 * Makes the folder of a bundle, and says from when on the sources are read. Making it changes the folder around it, which
 * is one of the sources: it must not look newer than what is built from it.
 */
export function beginBundle(folder: string): Date {
  mkdirSync(folder, { recursive: true });
  return new Date(Math.max(new Date().getTime(), Math.ceil(statSync(dirname(folder)).mtimeMs)));
}

/**
 * Makes a folder hold the bundle, which was made from the sources as they were when it `started`. A file appears by rename, so a Forge that starts meanwhile never reads half of one;
 * unchanged files are not touched, so what Node has compiled stays valid; the entry comes last. Chunks of an earlier
 * bundle stay for a day, because a Forge that is running may still load them.
 */
export function writeBundle(folder: string, { files, inputs }: Bundle, started: Date): void {
  const entryLast = files.toSorted(
    (left, right) => Number(left.path === 'forge.js') - Number(right.path === 'forge.js'),
  );
  for (const file of entryLast) writeIfChanged(join(folder, file.path), file.contents);
  const wanted = new Set(files.map((file) => file.path));
  for (const path of globSync('**/*', { cwd: folder }).map(forward)) {
    if (wanted.has(path) || path.startsWith('.')) continue;
    const entry = statSync(join(folder, path), { throwIfNoEntry: false });
    const replaced = !path.startsWith('chunks/') || started.getTime() - (entry?.mtimeMs ?? 0) > keepUnused;
    if (entry?.isFile() === true && replaced) rmSync(join(folder, path), { force: true });
  }
  writeInputs(join(folder, '.inputs'), inputs, started);
}

/** The launcher compares the sources' times with this file's, which is therefore the time at which they were read. */
function writeInputs(path: string, inputs: readonly string[], started: Date): void {
  const fresh = `${path}.${process.pid}.tmp`;
  writeFileSync(fresh, inputs.join('\n'));
  utimesSync(fresh, started, started);
  renameSync(fresh, path);
}

function writeIfChanged(path: string, contents: Uint8Array | string): void {
  const bytes = Buffer.from(contents);
  if (existsSync(path) && readFileSync(path).equals(bytes)) return;
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.${process.pid}.tmp`;
  writeFileSync(fresh, bytes);
  renameSync(fresh, path);
}
