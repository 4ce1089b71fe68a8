import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addPlugin } from '../../src/installation/add-plugin.ts';
import type { PluginProposal } from '../../src/installation/look-at-plugin.ts';
import { readPluginLock } from '../../src/installation/plugin-lock.ts';
import { removePlugin } from '../../src/installation/remove-plugin.ts';
import { updateSpec } from '../../src/installation/update-spec.ts';
import { openForge } from '../../src/open-forge.ts';
import { agentManifest, skillText } from '../agent-plugins/agent-plugin.ts';
import { hostOptions } from '../support/open.ts';
import { type Files, temporaryFolder, writeFiles } from '../support/temporary-folder.ts';

const signal = new AbortController().signal;
const copy = '.agents/plugins/reports';
const plugin = (version: string): Files => ({
  'plugin.json': agentManifest({ version }),
  'skills/sum/SKILL.md': skillText('sum'),
});

/** Its code is not there. */
const failing = {
  $schema: undefined,
  name: 'reports',
  version: '1.0.0',
  type: 'tool',
  entry: './no.js',
  provides: { tools: ['no'] },
};

const git = (cwd: string, ...args: string[]) => execFileSync('git', args, { cwd, encoding: 'utf8' }).trim();

/** A repository that is no npm package, with one commit for each version. */
function repository() {
  const folder = temporaryFolder();
  git(folder, 'init', '--quiet', '--initial-branch=main');
  const commit = (files: Files) => {
    writeFiles(folder, files);
    git(folder, 'add', '--all');
    git(folder, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '--quiet', '--message=it');
    return git(folder, 'rev-parse', 'HEAD');
  };
  return { address: `git+file://${folder}`, commit };
}

function project() {
  const cwd = temporaryFolder({ '.git/HEAD': '', 'package.json': { name: 'project', private: true } });
  const env = { PATH: process.env['PATH'], HOME: temporaryFolder(), npm_config_offline: 'true' };
  const forge = hostOptions(cwd, { env });
  const proposals: PluginProposal[] = [];
  const add = (spec: string, confirm = true) =>
    addPlugin(forge, {
      spec,
      options: {},
      exact: false,
      dryRun: false,
      confirm: async (proposal) => proposals.push(proposal) > 0 && confirm,
      ask: async () => undefined,
      report: () => {},
      signal,
    });
  const skills = async () => {
    const opened = await openForge(forge);
    const { skills: found } = await opened.skills();
    await opened.close();
    return found.map(({ name }) => name);
  };
  return { cwd, forge, add, skills, proposals, lock: () => readPluginLock(cwd)?.['reports'] };
}

it('what a git address holds is copied into the project, follows its repository, and goes back', async () => {
  const { address, commit } = repository();
  const first = commit(plugin('1'));
  const { cwd, forge, add, skills, proposals, lock } = project();
  await add(address);
  expect(proposals[0]).toMatchObject({ copiedTo: join(cwd, copy), packageManager: undefined, makesPackage: false });
  expect(JSON.parse(readFileSync(join(cwd, 'forge.config.json'), 'utf8'))).toEqual({ plugins: [`./${copy}`] });
  expect(lock()).toMatchObject({ version: '1', integrity: `git:${first}`, source: address, copied: true });
  expect([existsSync(join(cwd, copy, '.git')), await skills()]).toEqual([false, ['sum']]);

  const second = commit(plugin('2'));
  await add(updateSpec(forge, 'reports', { rollback: false }));
  expect(lock()).toMatchObject({ version: '2', integrity: `git:${second}`, previous: { version: '1' } });
  expect(await skills()).toEqual(['sum']);

  const back = updateSpec(forge, 'reports', { rollback: true });
  expect(back).toBe(`${address}#${first}`);
  await add(back);
  expect(readFileSync(join(cwd, copy, 'plugin.json'), 'utf8')).toContain('"version": "1"');

  await removePlugin(forge, { name: 'reports', report: () => {}, signal });
  expect([existsSync(join(cwd, copy)), lock(), await skills()]).toEqual([false, undefined, []]);
});

it('an archive that is no package is copied, too, and nobody guesses where a newer one is', async () => {
  const folder = temporaryFolder();
  writeFiles(join(folder, 'reports'), plugin('1'));
  execFileSync('tar', ['-czf', join(folder, 'reports.tgz'), '-C', folder, 'reports']);
  const { cwd, forge, add, skills, lock } = project();
  await add(join(folder, 'reports.tgz'));
  expect(lock()).toMatchObject({ integrity: expect.stringMatching(/^sha512-/), copied: true });
  expect(lock()?.source).toBeUndefined();
  expect(await skills()).toEqual(['sum']);
  expect(() => updateSpec(forge, 'reports', { rollback: false })).toThrow(/came from an archive/);
  expect(existsSync(join(cwd, copy, 'plugin.json'))).toBe(true);
});

it('nothing is copied without a yes, and nothing stays of what fails', async () => {
  const { address, commit } = repository();
  commit(plugin('1'));
  const { cwd, add } = project();
  expect(await add(address, false)).toBeUndefined();
  expect(existsSync(join(cwd, copy))).toBe(false);

  commit({ 'plugin.json': failing });
  await expect(add(address)).rejects.toThrow();
  expect([existsSync(join(cwd, copy)), existsSync(join(cwd, 'forge.config.json'))]).toEqual([false, false]);
});

it('a copy is as it was when its newer version fails', async () => {
  const { address, commit } = repository();
  commit(plugin('1'));
  const { cwd, add, skills } = project();
  await add(address);
  commit({ 'plugin.json': failing });
  await expect(add(address)).rejects.toThrow();
  expect(readFileSync(join(cwd, copy, 'plugin.json'), 'utf8')).toContain('"version": "1"');
  expect(await skills()).toEqual(['sum']);
});

it('a copy that was changed in its place is approved where it lies, and is a copy still', async () => {
  const { address, commit } = repository();
  commit(plugin('1'));
  const { cwd, add, skills, lock } = project();
  await add(address);
  writeFiles(cwd, { [`${copy}/skills/sum/SKILL.md`]: `${skillText('sum')}Twice.\n` });
  expect(await skills()).toEqual([]);
  await add(`./${copy}`);
  expect(await skills()).toEqual(['sum']);
  expect(lock()).toMatchObject({ source: address, copied: true });
});

it('a package whose name is another than that of the plugin is updated by its own name', async () => {
  const folder = temporaryFolder({ ...plugin('1'), 'package.json': { name: '@acme/agent-reports', version: '3.0.0' } });
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const file = join(folder, execFileSync('npm', args, { cwd: folder, encoding: 'utf8' }).trim());
  const { cwd, forge, add, skills, lock } = project();
  await add(file);
  expect(lock()).toMatchObject({ version: '3.0.0', source: '@acme/agent-reports' });
  expect(await skills()).toEqual(['sum']);
  expect(() => updateSpec(forge, 'reports', { rollback: false })).toThrow(/came from an archive/);
  // As it is when a registry gave it.
  const { archive: _, ...locked } = lock() ?? {};
  writeFiles(cwd, { 'forge.plugins.lock': { version: 1, plugins: { reports: locked } } });
  expect(updateSpec(forge, 'reports', { rollback: false })).toBe('@acme/agent-reports@latest');
});

it('a link of a repository leads no copy to another place', async () => {
  const { address, commit } = repository();
  commit(plugin('1'));
  const { cwd, add } = project();
  const elsewhere = temporaryFolder({ 'reports/precious.txt': 'x' });
  mkdirSync(join(cwd, '.agents'));
  symlinkSync(elsewhere, join(cwd, '.agents/plugins'));
  await expect(add(address)).rejects.toMatchObject({ code: 'INSTALL_FAILED' });
  expect(readdirSync(join(elsewhere, 'reports'))).toEqual(['precious.txt']);
});

it('what the lock of a repository calls a copy is not removed where no copy lies', async () => {
  const { address, commit } = repository();
  commit(plugin('1'));
  const { cwd, forge, add } = project();
  await add(address);
  const mine = temporaryFolder(plugin('1'));
  writeFiles(cwd, { 'forge.config.json': { plugins: [mine] } });
  await removePlugin(forge, { name: 'reports', report: () => {}, signal });
  expect(existsSync(join(mine, 'plugin.json'))).toBe(true);
});
