import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'forge-server-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 3 }));
  return path;
}

/** A committed repository with a test that passes. */
export function temporaryRepository(): string {
  const path = temporaryFolder();
  const files = {
    'package.json': '{ "name": "sample", "type": "module", "scripts": { "test": "node --test" } }\n',
    'test/sample.test.js': "import { test } from 'node:test';\n\ntest('it works', () => {});\n",
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Person', '-c', 'user.email=person@example.org', ...args], { cwd: path });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message=feat: as it was found');
  return path;
}
