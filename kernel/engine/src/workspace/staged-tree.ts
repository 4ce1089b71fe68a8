import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './git.ts';
import { removeTree } from './remove-tree.ts';

/** More levels of repositories inside repositories than this are not looked for. */
const DEEPEST = 20;

/**
 * Brings everything in a checkout but what is ignored into the engine's index, and answers the tree.
 *
 * A repository inside the checkout (some generators make one, and so may an attacker) would be recorded as a bare
 * commit id without content, and git would start itself in there with that repository's own configuration. So its
 * `.git` is removed first, and its files are files like all others. Content of submodules is not recorded.
 */
export async function stagedTree(git: Git, path: string): Promise<string> {
  for (let depth = 0; depth < DEEPEST; depth++) {
    const found = await repositoriesInside(git, path);
    if (found.length === 0) break;
    for (const place of found) await removeTree(join(path, place, '.git'));
  }
  await git.run(['add', '--all']);
  return git.text(['write-tree']);
}

async function repositoriesInside(git: Git, path: string): Promise<string[]> {
  const args = ['ls-files', '-z', '--stage', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await git.run(args);
  const lines = stdout.toString('utf8').split('\0');
  // Untracked repositories are the only folders in that list; submodules are the entries of mode 160000.
  const untracked = lines.filter((line) => line.endsWith('/'));
  const submodules = lines
    .filter((line) => line.startsWith('160000 '))
    .map((line) => line.slice(line.indexOf('\t') + 1));
  const populated = await Promise.all(
    submodules.map(async (place) => ((await exists(join(path, place, '.git'))) ? [place] : [])),
  );
  return [...untracked, ...populated.flat()];
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}
