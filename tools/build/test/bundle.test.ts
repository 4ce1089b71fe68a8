import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundle } from '../src/bundle.ts';
import { beginBundle, writeBundle } from '../src/write.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

// The smallest repository with everything a bundle has to get right.
const sources: Record<string, string> = {
  'apps/cli/package.json': '{ "name": "forge", "version": "1.2.3", "type": "module", "dependencies": {} }',
  'apps/cli/CHANGELOG.md': '# forge',
  'apps/cli/demo/task.txt': 'make it so',
  'apps/cli/src/program.ts': 'export const runProgram = 1;\n',
  'apps/cli/src/main.ts': `
    import * as api from '@forge/plugin-api';
    import { readFileSync, readdirSync } from 'node:fs';
    import { Worker } from 'node:worker_threads';
    const folder = new URL('../../../plugins/', import.meta.url);
    const plugin = await import(new URL('tool/echo/index.js', folder).href);
    const worker = new Worker(plugin.worker);
    const fromWorker = await new Promise((resolve) => worker.once('message', resolve));
    const { late } = await import('./late.cjs');
    console.log(JSON.stringify({
      late,
      oneInstance: plugin.api.instance === api.instance,
      prompt: readFileSync(plugin.prompt, 'utf8'),
      task: readFileSync(new URL('../demo/task.txt', import.meta.url), 'utf8'),
      fromWorker,
      kinds: readdirSync(folder),
    }));`,
  'apps/cli/src/late.cjs': `exports.late = 'CommonJS when it is needed';`,
  'kernel/plugin-api/package.json':
    '{ "name": "@forge/plugin-api", "type": "module", "exports": { ".": { "@forge/source": "./src/index.ts" } } }',
  'kernel/plugin-api/src/index.ts': 'export const instance = {};',
  'plugins/tool/echo/package.json': '{ "name": "@forge/tool-echo", "type": "module" }',
  'plugins/tool/echo/plugin.json': '{ "name": "echo", "entry": "./src/index.ts" }',
  'plugins/tool/echo/prompts/echo.md': 'Say it again.',
  'plugins/tool/echo/src/index.ts': `
    export * as api from '@forge/plugin-api';
    export const prompt = new URL('../prompts/echo.md', import.meta.url);
    export const worker = new URL('./echo.worker.ts', import.meta.url);`,
  'plugins/tool/echo/src/echo.worker.ts': `
    import { createRequire } from 'node:module';
    import { parentPort } from 'node:worker_threads';
    import old from './common.cjs';
    parentPort?.postMessage(old.separator);`,
  'plugins/tool/echo/src/common.cjs': `exports.separator = require('node:path').posix.sep;`,
  'plugins/lib/words/src/words.ts': 'export const words = 1;',
  'pnpm-lock.yaml': '',
  'tools/bootstrap.mjs': 'process.stderr.write(`${process.argv[2]} again`);',
};

let root: string;
let dist: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'forge-bundle-'));
  dist = join(root, 'apps/cli/dist');
  for (const [path, text] of Object.entries(sources)) put(path, text);
  cpSync(join(repository, 'tools/bootstrap'), join(root, 'tools/bootstrap'), {
    recursive: true,
    filter: (from) => !/node_modules|\/test/.test(from),
  });
  mkdirSync(join(root, 'node_modules/@forge'), { recursive: true });
  symlinkSync(join(root, 'kernel/plugin-api'), join(root, 'node_modules/@forge/plugin-api'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

async function build(): Promise<void> {
  const started = beginBundle(dist);
  writeBundle(dist, await bundle(root), started);
}

function start(...args: string[]) {
  return spawnSync(process.execPath, [join(dist, 'forge.js'), ...args], { encoding: 'utf8', cwd: tmpdir() });
}

test('the bundle runs: one plugin-api, workers, assets and the default plugins are found', async () => {
  await build();
  const { stdout, stderr } = start();
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    late: 'CommonJS when it is needed',
    oneInstance: true,
    prompt: 'Say it again.',
    task: 'make it so',
    fromWorker: '/',
    kinds: ['tool'],
  });
  expect(JSON.parse(readFileSync(join(dist, 'plugins/tool/echo/plugin.json'), 'utf8'))).toEqual({
    name: 'echo',
    entry: './index.js',
  });
});

test('a first build counts as newer than its sources', async () => {
  await build();
  expect(start('runs').stderr).toBe('');
});

test('what did not change is not written again; what is gone goes, but a chunk only after a day', async () => {
  await build();
  const past = new Date('2026-01-01');
  for (const path of ['main.js', 'forge.js']) utimesSync(join(dist, path), past, past);
  put('apps/cli/dist/plugins/tool/gone/plugin.json', '{}');
  put('apps/cli/dist/chunks/YOUNG.js', '');
  put('apps/cli/dist/chunks/OLD.js', '');
  utimesSync(join(dist, 'chunks/OLD.js'), past, past);
  put('plugins/tool/echo/prompts/echo.md', 'Say it differently.');
  await build();
  expect(statSync(join(dist, 'main.js')).mtime).toEqual(past);
  expect(start().stdout).toContain('Say it differently.');
  const left = ['plugins/tool/gone/plugin.json', 'chunks/OLD.js', 'chunks/YOUNG.js'];
  expect(left.map((path) => existsSync(join(dist, path)))).toEqual([false, false, true]);
});

describe('before it starts, a checkout is built again', () => {
  const later = new Date(Date.now() + 60_000);
  const touch = (path: string) => utimesSync(join(root, path), later, later);

  test.each([
    ['after an edit', () => touch('kernel/plugin-api/src/index.ts')],
    ['after an edit of a worker', () => touch('plugins/tool/echo/src/echo.worker.ts')],
    ['after an edit of an asset', () => touch('plugins/tool/echo/prompts/echo.md')],
    ['after an edit of a manifest', () => touch('plugins/tool/echo/plugin.json')],
    ['with other dependencies', () => touch('pnpm-lock.yaml')],
    ['with another build', () => touch('tools/bootstrap/toolchain.json')],
    ['with one more plugin', () => touch('plugins/tool')],
    ['with one more asset', () => touch('plugins/tool/echo/prompts')],
    ['after a module was removed', () => rmSync(join(root, 'plugins/tool/echo/src/common.cjs'))],
  ])('%s', async (_, change) => {
    await build();
    expect(start().stderr).toBe('');
    change();
    expect(start('run').stderr).toBe('launch again');
  });

  test('but not after an edit of a test, nor when the answer does not depend on the edit', async () => {
    put('plugins/tool/echo/test/echo.test.ts', '');
    await build();
    touch('plugins/tool/echo/test/echo.test.ts');
    expect(start('run').stderr).toBe('');
    touch('kernel/plugin-api/src/index.ts');
    expect(start('--version').stderr).toBe('');
    expect(start('--help').stderr).toBe('');
    touch('apps/cli/src/main.ts');
    expect(start('--version').stderr).toBe('');
    expect(start('--help').stderr).toBe('launch again');
  });
});

describe('refuses', () => {
  test.each([
    ['a package that an installed Forge would not have', "import 'libsql';", 'main.js imports libsql'],
    ['a module that does not exist', "import './gone.ts';", 'Could not resolve "./gone.ts"'],
    ['a place that moves', 'console.log(import.meta.dirname);', 'import.meta.dirname is another file in the bundle'],
  ])('%s', async (_, source, message) => {
    put('apps/cli/src/main.ts', source);
    await expect(bundle(root)).rejects.toThrow(message);
  });
});
