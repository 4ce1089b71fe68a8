import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documents, root } from './documents.ts';

let folder: string;

/** Every TypeScript block as a module: where it says that it belongs, else a file of its own. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'forge-examples-'));
  put(
    'tsconfig.json',
    JSON.stringify({
      extends: join(root, 'config/tsconfig/typecheck.json'),
      compilerOptions: { incremental: false, tsBuildInfoFile: null, typeRoots: [join(root, 'node_modules/@types')] },
      include: ['**/*.ts'],
      exclude: [],
    }),
  );
  put('package.json', '{ "type": "module" }');
  const packages = {
    '@forge/plugin-api': 'kernel/plugin-api',
    '@forge/core': 'kernel/core',
    '@forge/sdk': 'apps/sdk',
    '@forge/testkit': 'kernel/testkit',
    vitest: 'tests/node_modules/vitest',
  };
  for (const [name, target] of Object.entries(packages)) {
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
    symlinkSync(join(root, target), join(folder, 'node_modules', name));
  }
  for (const { path, blocks } of documents) {
    const own = blocks.filter(({ language }) => language === 'ts');
    for (const { file, line, text } of own) put(join(path.replace(/\W/g, '-'), file ?? `line-${line}.ts`), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('examples in TypeScript have no fault that the compiler finds', { timeout: 60_000 }, () => {
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { cwd: folder, encoding: 'utf8' });
  expect(stdout).toBe('');
});

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
