import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifest } from './support/open.ts';
import { type Files, temporaryFolder } from './support/temporary-folder.ts';

// Inside the package, because jiti stays outside of a bundle and has to be found from it.
const outdir = join(import.meta.dirname, '../node_modules/.cache/bundled-test');

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, 'fixtures/open-bundled.ts')],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24.15',
    conditions: ['@forge/source'],
    external: ['jiti', 'libsql'],
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    outExtension: { '.js': '.mjs' },
    logLevel: 'silent',
  });
});
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

function open(files: Files): unknown {
  const cwd = temporaryFolder({ '.git/HEAD': '', ...files });
  const { stdout, stderr } = spawnSync(process.execPath, [join(outdir, 'open-bundled.mjs'), cwd, temporaryFolder()], {
    encoding: 'utf8',
  });
  return stdout === '' ? stderr : (JSON.parse(stdout) as unknown);
}

const bus = `import { definePlugin } from '@forge/plugin-api';
enum Name { Greet = 'greet' }
export default definePlugin({ buses: [{ name: Name.Greet, publish: async () => {}, subscribe: () => () => {} }] });`;

// What is loaded late is CommonJS in parts, and bundlers have their own mind about that.
describe('core in a bundle', () => {
  it('loads a configuration and a plugin in TypeScript with its own copy of the plugin API', () => {
    const found = open({
      'forge.config.ts':
        "import { defineConfig } from '@forge/plugin-api';\nexport default defineConfig({ concurrency: 7, plugins: [{ use: './mine', inProcess: true }] });",
      'mine/plugin.json': manifest('mine', { buses: ['greet'] }, { api: '>=0.1.0 <1' }),
      'mine/index.ts': bus,
    });
    expect(found).toEqual({ concurrency: 7, brought: ['greet'] });
  });

  it('loads plain JavaScript that has another copy beside it', () => {
    const copy = { name: '@forge/plugin-api', version: '0.0.1', exports: './index.js' };
    const found = open({
      'forge.config.yaml': 'plugins: [{ use: mine, inProcess: true }]',
      'node_modules/mine/plugin.json': manifest('mine', { buses: ['greet'] }, { entry: './index.mjs' }),
      'node_modules/mine/index.mjs': bus.replace(/enum .*\n/, '').replace('Name.Greet', "'greet'"),
      'node_modules/@forge/plugin-api/package.json': copy,
      'node_modules/@forge/plugin-api/index.js': 'exports.definePlugin = () => "another copy";',
    });
    expect(found).toEqual({ concurrency: expect.any(Number), brought: ['greet'] });
  });

  it.each<[string, Files, string]>([
    ['TypeScript', { 'forge.config.ts': 'export default {\n  concurency: 7 as number,\n};' }, 'forge.config.ts:2:3'],
    ['YAML', { 'forge.config.yaml': 'store: sqlite\nconcurency: 7' }, 'forge.config.yaml:2:1'],
    ['JSON', { 'forge.config.json': '{\n"concurency": 7}' }, 'forge.config.json:2:1'],
  ])('points at a fault in %s', (_name, files, where) => {
    const suggestion = 'unknown key "concurency" — did you mean "concurrency"?';
    expect(open(files)).toMatchObject({ faults: expect.arrayContaining([`${where} ${suggestion}`]) });
  });
});
