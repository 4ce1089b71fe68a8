import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packAll } from '@forge/pack';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { testAddedPlugin } from './added-plugin.ts';
import { testClient } from './client.ts';
import { testCreatedPlugins } from './created-plugins.ts';
import { project, run, type Project } from './project.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const minutes = 60_000;
let out: string;
let archives: string[];

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'forge-archives-'));
  const built = await run(join(root, 'node_modules/.bin/tsc'), ['-b', 'config/tsconfig/build.json'], root);
  expect(built.code, built.stdout).toBe(0);
  archives = await packAll(root, out);
}, 2 * minutes);
afterAll(() => rm(out, { recursive: true, force: true }));

test('there is one archive for the command line and one for each library and published plugin', () => {
  expect(archives.map(nameOf)).toEqual([
    'forge',
    'forge-plugin-api',
    'forge-engine',
    'forge-worker-protocol',
    'forge-core',
    'forge-testkit',
    'forge-sdk',
    'forge-plugin-jira',
  ]);
});

describe('the command line, installed into a project by npm alone', () => {
  let user: Project;

  beforeAll(async () => {
    user = await project();
    const installed = await user.install(archive('forge'));
    expect(installed.code, installed.stderr).toBe(0);
  }, minutes);
  afterAll(() => user.remove());

  test('answers', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'apps/cli/package.json'), 'utf8')) as { version: string };
    expect(await user.bin('forge', '--version')).toEqual({ code: 0, stdout: `forge ${version}\n`, stderr: '' });
    const help = await user.bin('forge', '--help');
    expect(help.code, help.stderr).toBe(0);
    expect(help.stdout).toContain('forge run');
  });

  test.each(['in-process', 'child-process'])('does its whole job (%s)', { timeout: 2 * minutes }, async (executor) => {
    vi.stubEnv('FORGE_EXECUTOR', executor);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { code, stdout, stderr } = await user.bin('forge', 'demo', '--json');
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ type: 'exit', code: 0 });
  });

  test('knows nothing of the checkout it came from', async () => {
    const found = await user.run('grep', '-rlF', root, 'node_modules/forge');
    expect(found.stdout).toBe('');
  });

  const oldNode = nodesOnPath().find(isTooOld);
  test.skipIf(oldNode === undefined)(
    'fetches itself a Node where the own one is too old',
    { timeout: minutes },
    async () => {
      const path = [dirname(oldNode ?? ''), process.env['PATH']].join(delimiter);
      const entry = join(user.folder, 'node_modules/forge/dist/forge.js');
      const { code, stdout, stderr } = await run(oldNode ?? '', [entry, '--version'], user.folder, path);
      expect(code, stderr).toBe(0);
      expect(stdout).toMatch(/^forge \d/);
    },
  );
});

test('a published plugin, installed by npm alone, loads with the copy of the host', { timeout: minutes }, async () => {
  const user = await project({
    'forge.config.json': JSON.stringify({
      plugins: [{ use: 'forge-plugin-jira', options: { site: 'https://acme.example' } }],
    }),
  });
  const installed = await user.install(archive('forge'), archive('forge-plugin-jira'));
  expect(installed.code, installed.stderr).toBe(0);
  await user.run('git', 'init', '--quiet');
  const { code, stdout, stderr } = await user.bin('forge', 'doctor', '--trust', '--json');
  await user.remove();
  const checks = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as object]));
  // No model is configured, which is all that is missing.
  expect(code, stderr).toBe(7);
  expect(checks).toContainEqual(expect.objectContaining({ name: 'plugin forge-plugin-jira', ok: true }));
});

describe('the client of the HTTP API', () => void testClient({ root, archive }));

describe('a published plugin, added from its archive by forge plugin add', () =>
  void testAddedPlugin({ commandLine: () => archive('forge'), jira: () => archive('forge-plugin-jira') }));

describe('a plugin that forge plugin create wrote', () =>
  void testCreatedPlugins({ commandLine: () => archive('forge'), libraries }));

describe('the libraries, installed into the project of a plugin author', () => {
  let author: Project;

  beforeAll(async () => {
    author = await project({
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          strict: true,
          module: 'nodenext',
          noEmit: true,
          skipLibCheck: true,
          allowImportingTsExtensions: true,
          types: [],
        },
        include: ['*.ts'],
      }),
      'plugin.ts': `
        import { definePlugin, z } from '@forge/plugin-api';
        export default definePlugin({ options: z.strictObject({ site: z.url() }), setup: () => ({ tools: [] }) });`,
      'plugin.test.ts': `
        import { expect, test } from 'vitest';
        import { startModelServer } from '@forge/testkit/model-server';
        import plugin from './plugin.ts';
        test('plugin', () => expect([plugin.forgePlugin, typeof startModelServer]).toEqual([1, 'function']));`,
    });
    const { version } = JSON.parse(await readFile(join(root, 'tests/node_modules/vitest/package.json'), 'utf8')) as {
      version: string;
    };
    const installed = await author.install(...libraries(), `vitest@${version}`);
    expect(installed.code, installed.stderr).toBe(0);
  }, minutes);
  afterAll(() => author.remove());

  test('their types are there', async () => {
    const check = () => author.run(join(root, 'node_modules/.bin/tsc'), '-p', '.');
    expect(await check()).toEqual({ code: 0, stdout: '', stderr: '' });
    await author.write('wrong.ts', "import { definePlugin } from '@forge/plugin-api';\ndefinePlugin({ tools: 5 });\n");
    expect((await check()).stdout).toContain('wrong.ts(2,');
  });

  test('a plugin is tested with them', async () => {
    const { code, stdout, stderr } = await author.bin('vitest', 'run');
    expect(code, stdout + stderr).toBe(0);
  });
});

const nameOf = (path: string): string => path.slice(out.length + 1).replace(/-\d.*/, '');
const archive = (name: string): string => archives.find((path) => nameOf(path) === name) ?? '';
/** What a plugin's tests need. */
const libraries = (): string[] =>
  archives.filter((path) => !['forge', 'forge-sdk', 'forge-plugin-jira'].includes(nameOf(path)));

function nodesOnPath(): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, 'node')).filter((path) => existsSync(path));
}

function isTooOld(node: string): boolean {
  return /^v(18|20|22)\./.test(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout);
}
