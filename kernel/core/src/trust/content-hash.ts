import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** What others put into a folder: packages, a repository, and the note that bun leaves in each package. */
const leftOut = ['node_modules', '.git', '.bun-tag'];

/** Hash of a folder's files with their names, without what is put there by others. */
export function hashFolder(folder: string): string {
  const hash = createHash('sha256');
  const visit = (path: string, name: string): void => {
    const entry = lstatSync(path);
    if (entry.isDirectory()) {
      for (const child of readdirSync(path).sort()) {
        if (!leftOut.includes(child)) visit(join(path, child), `${name}/${child}`);
      }
    } else if (entry.isSymbolicLink()) {
      hash.update(`link ${name}\0${readlinkSync(path)}\0`);
    } else if (entry.isFile()) {
      hash.update(`file ${name}\0${entry.size}\0`).update(readFileSync(path));
    }
  };
  visit(folder, '.');
  return hash.digest('hex');
}

const relativeImport = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"`])(\.{1,2}(?:\/[^'"`\n]*)?)\1/g;
/** All that a loader may try. */
const endings = [
  '.js',
  '.mjs',
  '.cjs',
  '.ts',
  '.mts',
  '.cts',
  '.jsx',
  '.tsx',
  '.mjsx',
  '.mtsx',
  '.cjsx',
  '.ctsx',
  '.json',
];

/**
 * Hash of a file of code and of every file that it imports by a relative path, and they in turn. Which of several that fit
 * is loaded is the loader's business, so all of them count.
 */
export function hashCode(file: string): string {
  const hash = createHash('sha256');
  for (const path of filesOfCode(file)) {
    const text = readFileSync(path, 'utf8');
    hash.update(`${path}\0${text.length}\0`).update(text);
  }
  return hash.digest('hex');
}

/** A file of code and every file that it imports by a relative path, and they in turn; in the order of the imports. */
export function filesOfCode(file: string): readonly string[] {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, , specifier = ''] of readFileSync(path, 'utf8').matchAll(relativeImport)) {
      for (const found of filesFor(dirname(path), specifier)) visit(found);
    }
  };
  visit(file);
  return [...seen];
}

function filesFor(folder: string, specifier: string): readonly string[] {
  const path = resolve(folder, specifier);
  const plain = path.replace(/\.[cm]?js$/, '');
  const stems = [path, plain, join(path, 'index')];
  const candidates = [path, join(path, 'package.json'), ...stems.flatMap((stem) => endings.map((end) => stem + end))];
  return [...new Set(candidates)].filter((each) => statSync(each, { throwIfNoEntry: false })?.isFile() === true);
}
