import { appendFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Git } from './git.ts';
import type { RunClone } from './run-clone.ts';

/** What package managers and interpreters fill, in any folder. */
const installed = ['node_modules', '.venv', '__pycache__'];

/**
 * What an agent installs in its checkout is no part of its change, in a repository that forgot to ignore it, too: it
 * would be delivered, and programs in `node_modules/.bin` would take part in the tests. A repository that has such a
 * folder under version control goes on with it.
 */
export async function excludeInstalled(git: Git, { gitDirectory, base }: RunClone): Promise<void> {
  const { stdout } = await git.run(['ls-tree', '-r', '-d', '-z', '--name-only', base.commit]);
  const kept = new Set(
    stdout
      .toString('utf8')
      .split('\0')
      .map((path) => basename(path)),
  );
  const patterns = installed.filter((name) => !kept.has(name)).map((name) => `${name}/\n`);
  await appendFile(join(gitDirectory, 'info', 'exclude'), `\n${patterns.join('')}`);
}
