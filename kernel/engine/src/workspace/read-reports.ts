import { constants } from 'node:fs';
import { open, readdir, realpath, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Bytes of all reports of one run of tests. */
const mostBytes = 32 * 1024 * 1024;
const mostFiles = 5_000;
const mostFolders = 20_000;
/** Whatever lies in there is not the project's own. */
const foreign = new Set(['.git', 'node_modules', '.venv']);

/**
 * The text of a file that the tests wrote; undefined when there is none. They could have put anything there: a link to
 * what they may not read themselves, a pipe that nobody writes to, more than fits into memory.
 */
export async function readReport(path: string, bytes = mostBytes): Promise<string | undefined> {
  try {
    if ((await realpath(path)) !== path) return undefined;
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const found = await handle.stat();
      return found.isFile() && found.size <= bytes ? await handle.readFile('utf8') : undefined;
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

/** So that one is there afterwards only when it was written anew. */
export async function removeReport(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/**
 * All reports below a folder whose path, from there, fits. Undefined when there is none, or when they are too many or
 * too long: half of the reports would look like removed tests.
 */
export async function readReports(
  top: string,
  fits: (path: string) => boolean,
): Promise<readonly string[] | undefined> {
  const paths = await filesBelow(top, fits);
  if (paths === undefined || paths.length === 0 || paths.length > mostFiles) return undefined;
  const texts: string[] = [];
  let bytes = 0;
  for (const path of paths.toSorted()) {
    const text = await readReport(path, mostBytes - bytes);
    if (text === undefined) return undefined;
    bytes += Buffer.byteLength(text);
    texts.push(text);
  }
  return texts;
}

async function filesBelow(top: string, fits: (path: string) => boolean): Promise<readonly string[] | undefined> {
  const folders = [top];
  const files: string[] = [];
  for (const folder of folders) {
    if (folders.length > mostFolders) return undefined;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !foreign.has(entry.name)) folders.push(path);
      else if (!entry.isDirectory() && fits(relative(top, path))) files.push(path);
    }
  }
  return files;
}
