import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

// The repositories that end-to-end tests work on. Their tests need no network, so that those do not either.
const repositories = [
  { name: 'node', command: 'npm test', source: 'src/area.js' },
  { name: 'python', command: 'python3 -m unittest discover -s tests -t .', source: 'shapes/area.py' },
  { name: 'make', command: 'make test', source: 'area.sh' },
  { name: 'rust', command: 'cargo test --offline', source: 'src/lib.rs' },
];

const { NODE_TEST_CONTEXT: _, ...env } = process.env;

function run(command: string, cwd?: string): number | null {
  const [program = '', ...args] = command.split(' ');
  return spawnSync(program, args, { cwd, env, timeout: 120_000 }).status;
}

for (const { name, command, source } of repositories) {
  const program = command.split(' ', 1)[0] ?? '';
  const isThere = run(`${program} --version`) === 0;

  test.skipIf(!isThere)(`the tests of "${name}" pass, and fail when its code is wrong`, { timeout: 120_000 }, () => {
    const directory = mkdtempSync(join(tmpdir(), `forge-repository-${name}-`));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    cpSync(fileURLToPath(new URL(`../fixtures/repositories/${name}`, import.meta.url)), directory, { recursive: true });
    expect(run(command, directory)).toBe(0);

    const path = join(directory, source);
    writeFileSync(path, readFileSync(path, 'utf8').replace(' * ', ' + '));
    expect(run(command, directory)).not.toBe(0);
  });
}
