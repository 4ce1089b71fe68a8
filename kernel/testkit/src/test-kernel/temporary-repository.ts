import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface TemporaryRepository {
  /** Real path. */
  readonly path: string;
  /** A home folder of its own, beside it. */
  readonly home: string;
  readonly remove: () => void;
}

/** A git repository with these files in its only commit. */
export function createTemporaryRepository(files: Readonly<Record<string, string>>): TemporaryRepository {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'forge-test-')));
  const [path, home] = [join(folder, 'repository'), join(folder, 'home')];
  mkdirSync(home);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  const identity = ['-c', 'user.name=Forge', '-c', 'user.email=forge@example.org', '-c', 'commit.gpgSign=false'];
  const env = { PATH: process.env['PATH'], HOME: home, GIT_CONFIG_NOSYSTEM: '1' };
  for (const args of [
    ['init', '--quiet', '--initial-branch=main'],
    ['add', '--all'],
    ['commit', '--quiet', '--allow-empty', '--message', 'begin'],
  ]) {
    execFileSync('git', [...identity, ...args], { cwd: path, env, stdio: 'pipe' });
  }
  return { path, home, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
