import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export interface SampleRepository {
  readonly path: string;
  git(...args: string[]): string;
  write(path: string, text: string): void;
  /** Every file of the repository with its content's hash, but what Forge may change: its state and its branches. */
  fingerprint(): Record<string, string>;
}

/** A committed copy of one of the fixture repositories, removed when the test ends. */
export function sampleRepository(name: 'node' | 'python' | 'make' | 'rust'): SampleRepository {
  const path = temporaryFolder();
  cpSync(fileURLToPath(new URL(`../fixtures/repositories/${name}`, import.meta.url)), path, { recursive: true });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Person', '-c', 'user.email=person@example.org', ...args], {
      cwd: path,
      encoding: 'utf8',
    }).trim();
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message=feat: as it was found');
  return {
    path,
    git,
    write(file, text) {
      mkdirSync(dirname(join(path, file)), { recursive: true });
      writeFileSync(join(path, file), text);
    },
    fingerprint: () => fingerprint(path),
  };
}

export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'forge-e2e-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 3 }));
  return path;
}

/** A working tree in the middle of somebody's work: staged, unstaged and untracked changes, a stash, hooks, notes. */
export function makeDirty({ path, git, write }: SampleRepository): void {
  write('stashed.txt', 'later\n');
  git('add', 'stashed.txt');
  git('stash', 'push', '--quiet', '--message', 'for later');
  write('staged.txt', 'staged\n');
  git('add', 'staged.txt');
  appendFileSync(join(path, 'README.md'), '\nUnfinished words\n');
  write('untracked.txt', 'untracked\n');
  write('.git/hooks/pre-commit', '#!/bin/sh\ntouch "$(git rev-parse --show-toplevel)/hook-ran"\n');
  git('config', 'core.hooksPath', '.git/hooks');
  git('branch', 'other');
}

/** What Forge may add to a repository: its state folder, its own branches, and objects. */
const added = /^(\.forge\/|\.git\/refs\/heads\/forge\/|\.git\/objects\/)/;

function fingerprint(root: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const file = join(entry.parentPath, entry.name);
    const name = relative(root, file);
    if (added.test(name)) continue;
    const content = entry.isSymbolicLink() ? readlinkSync(file) : readFileSync(file);
    files[name] = createHash('sha256').update(content).digest('hex');
  }
  return files;
}
