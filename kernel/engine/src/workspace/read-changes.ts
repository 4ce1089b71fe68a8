import { isUtf8 } from 'node:buffer';
import type { Change } from '@forge/plugin-api';
import type { Git } from './git.ts';

/** No program of any configuration takes part in a diff, and nothing is looked up in submodules. */
const PLAIN = ['--no-ext-diff', '--no-textconv', '--no-color', '--ignore-submodules=dirty', '--submodule=short'];

/** Files that differ between two commits, in the order of their paths. Binary files count no lines. */
export async function changedFiles(git: Git, base: string, head: string): Promise<Change['files']> {
  const { stdout } = await git.run(['diff', ...PLAIN, '--no-renames', '--numstat', '-z', base, head, '--']);
  return stdout
    .toString('utf8')
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [added = '', removed = '', ...path] = line.split('\t');
      return { path: path.join('\t'), added: Number(added) || 0, removed: Number(removed) || 0 };
    });
}

/** Unified diff, renames found; whole lines of at most `maxBytes`, with a note at its end when it was cut. */
export async function unifiedDiff(git: Git, base: string, head: string, maxBytes: number): Promise<string> {
  const { stdout, truncated } = await git.run(['diff', ...PLAIN, '--find-renames', base, head, '--'], { maxBytes });
  if (!truncated) return stdout.toString('utf8');
  const whole = stdout.subarray(0, stdout.lastIndexOf(0x0a) + 1);
  return `${whole.toString('utf8')}[… the diff is longer than ${maxBytes} bytes; the rest is left out …]\n`;
}

/** Paths of all files of a commit, in git's order. */
export async function listFiles(git: Git, commit: string): Promise<string[]> {
  const { stdout } = await git.run(['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit]);
  return stdout
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
}

/**
 * Text of each object, such as `<commit>:<path>`, in that order; undefined where there is none or it is binary. Links
 * are followed inside the commit. No object may have a line break in its name.
 */
export async function readTexts(git: Git, objects: readonly string[]): Promise<(string | undefined)[]> {
  const { stdout } = await git.run(['cat-file', '--batch', '--follow-symlinks', '-z'], {
    stdin: objects.map((object) => `${object}\0`).join(''),
  });
  let at = 0;
  return objects.map(() => {
    const lineEnd = stdout.indexOf(0x0a, at);
    const header = stdout.toString('utf8', at, lineEnd);
    const length = answerLength(header);
    const content = stdout.subarray(lineEnd + 1, lineEnd + 1 + length);
    at = lineEnd + 1 + (isWithoutContent(header) ? 0 : length + 1);
    return / blob \d+$/.test(header) ? textOf(content) : undefined;
  });
}

/** A header is `<id> <type> <length>`, `symlink <length>` and the like, or `<what was asked for> missing`. */
function answerLength(header: string): number {
  return isWithoutContent(header) ? 0 : Number(header.slice(header.lastIndexOf(' ') + 1));
}

function isWithoutContent(header: string): boolean {
  return header.endsWith(' missing') || header.endsWith(' ambiguous');
}

function textOf(content: Buffer): string | undefined {
  return content.includes(0) || !isUtf8(content) ? undefined : content.toString('utf8');
}
