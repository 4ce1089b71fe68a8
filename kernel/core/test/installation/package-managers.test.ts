import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addPlugin } from '../../src/installation/add-plugin.ts';
import { findPackageManager } from '../../src/installation/package-manager.ts';
import { installLocked } from '../../src/installation/install-locked.ts';
import { removePlugin } from '../../src/installation/remove-plugin.ts';
import { openForge } from '../../src/open-forge.ts';
import { hostOptions, manifest } from '../support/open.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const signal = new AbortController().signal;
const report = () => {};

/** How a project says which one it uses, the file in which that one keeps what it installed, and whether it can freeze archives. */
const managers = [
  ['npm', 'npm@11.0.0', 'package-lock.json', true],
  ['pnpm', 'pnpm@10.0.0', 'pnpm-lock.yaml', true],
  // Of an archive that is a file it says that its lock has to be updated, even when nothing changed.
  ['yarn', 'yarn@1.22.22', 'yarn.lock', false],
  ['bun', 'bun@1.2.0', 'bun.lock', true],
] as const;

const bell = `import { definePlugin } from '@forge/plugin-api';
export default definePlugin({ gates: [{ id: 'bell', condition: () => true, request: async () => undefined }] });
`;

/** An archive of a plugin that would leave a trace if one of its scripts ran. */
function archive(body = bell): string {
  const folder = temporaryFolder({
    'package.json': {
      name: 'forge-plugin-bell',
      version: '1.0.0',
      type: 'module',
      scripts: Object.fromEntries(['preinstall', 'install', 'postinstall'].map((name) => [name, 'touch script-ran'])),
    },
    'plugin.json': { ...manifest('forge-plugin-bell', { gates: ['bell'] }), entry: './index.js' },
    'index.js': body,
  });
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  return join(folder, execFileSync('npm', args, { cwd: folder, encoding: 'utf8' }).trim());
}

describe.each(managers)('with %s', (name, packageManager, lockFile, frozen) => {
  const isThere = onPath(name);
  it.skipIf(!isThere)(
    `at the root of a workspace a plugin comes without scripts, is there again after a fresh clone, and goes${isThere ? '' : ` (${name} is not on the PATH)`}`,
    async () => {
      const cwd = temporaryFolder({
        '.git/HEAD': '',
        'package.json': { name: 'p', version: '1.0.0', private: true, packageManager, workspaces: ['packages/*'] },
        'pnpm-workspace.yaml': 'packages: ["packages/*"]\n',
        'packages/a/package.json': { name: 'a', version: '1.0.0', private: true },
      });
      // A program that looks whether it is the version that the project asks for would fetch that one.
      const env = {
        PATH: process.env['PATH'],
        HOME: temporaryFolder(),
        NODE_ENV: 'production',
        npm_config_manage_package_manager_versions: 'false',
        pnpm_config_pm_on_fail: 'ignore',
      };
      const forge = hostOptions(cwd, { env, trust: true });
      const proposed: unknown[] = [];
      await addPlugin(forge, {
        ...{ spec: archive(), options: {}, exact: false, dryRun: false, inProcess: true, report, signal },
        confirm: async (proposal) => (proposed.push(proposal.packageManager), true),
        ask: async () => undefined,
      });
      expect(proposed).toEqual([name]);
      expect(existsSync(join(cwd, lockFile))).toBe(true);
      const { devDependencies } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')) as Record<string, object>;
      expect(devDependencies).toEqual({ 'forge-plugin-bell': expect.stringMatching(/^(file:)?\.\.?\//) });
      expect(existsSync(join(cwd, 'node_modules/forge-plugin-bell/script-ran'))).toBe(false);
      expect(await gates(forge)).toEqual(['bell']);

      rmSync(join(cwd, 'node_modules'), { recursive: true });
      expect(await installLocked(forge, { frozen, signal, report })).toMatchObject({ packageManager: name });
      expect(await gates(forge)).toEqual(['bell']);

      await removePlugin(forge, { name: 'forge-plugin-bell', report, signal });
      expect(existsSync(join(cwd, 'node_modules/forge-plugin-bell'))).toBe(false);
      expect(readFileSync(join(cwd, 'package.json'), 'utf8')).not.toContain('forge-plugin-bell');
    },
  );
});

it('in a package of a workspace, what came is found where it lies, and what fails leaves the lock file of the root', async () => {
  const cwd = temporaryFolder({
    '.git/HEAD': '',
    'package.json': { name: 'root', private: true, workspaces: ['packages/*'] },
    'packages/a/package.json': { name: 'a', version: '1.0.0', private: true },
    'packages/a/forge.config.json': {},
  });
  const env = { PATH: process.env['PATH'], HOME: temporaryFolder() };
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--offline'], { cwd, env });
  const lock = () => readFileSync(join(cwd, 'package-lock.json'), 'utf8');
  const before = lock();
  const forge = hostOptions(join(cwd, 'packages/a'), { env, trust: true });
  const add = (spec: string) =>
    addPlugin(forge, {
      ...{ spec, options: {}, exact: false, dryRun: false, inProcess: true, report, signal },
      confirm: async () => true,
      ask: async () => undefined,
    });
  await expect(add(archive('throw new Error("no");'))).rejects.toMatchObject({ code: 'PLUGIN_LOAD' });
  expect(lock()).toBe(before);
  await add(archive());
  expect(existsSync(join(cwd, 'node_modules/forge-plugin-bell/plugin.json'))).toBe(true);
  expect(await gates(forge)).toEqual(['bell']);
});

it('what yarn would build with its own scripts is refused before yarn is asked', async () => {
  const plugin = temporaryFolder({
    'package.json': { name: 'forge-plugin-bell', version: '1.0.0', type: 'module', scripts: { prepare: 'touch ran' } },
    'plugin.json': { ...manifest('forge-plugin-bell', { gates: ['bell'] }), entry: './index.js' },
    'index.js': '',
  });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=P', '-c', 'user.email=p@example.org', ...args], { cwd: plugin });
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message=feat: ring');
  const cwd = temporaryFolder({ '.git/HEAD': '', 'package.json': { name: 'p', private: true }, 'yarn.lock': '' });
  const forge = hostOptions(cwd, { env: { PATH: process.env['PATH'], HOME: temporaryFolder() } });
  const added = addPlugin(forge, {
    ...{ spec: `git+file://${plugin}`, options: {}, exact: false, dryRun: false, report, signal },
    confirm: async () => true,
    ask: async () => undefined,
  });
  await expect(added).rejects.toMatchObject({
    message: expect.stringContaining('would run scripts'),
    details: { why: expect.stringContaining('prepare') },
  });
});

it.each([
  ['yarn', '# yarn lockfile v1\n'],
  ['yarn@berry', '__metadata:\n  version: 10\n'],
])('%s is told by its lock file', async (name, lock) => {
  const from = temporaryFolder({ '.git/HEAD': '', 'package.json': { name: 'p' }, 'yarn.lock': lock });
  expect(await findPackageManager({ from, top: from, env: {}, signal })).toMatchObject({ name });
});

async function gates(forge: ReturnType<typeof hostOptions>) {
  const opened = await openForge(forge);
  const found = opened.names('gate').map(({ name }) => name);
  await opened.get('gate', 'bell');
  await opened.close();
  return found;
}

function onPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => statSync(join(folder, program), { throwIfNoEntry: false })?.isFile() === true);
}
