import { execFileSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultsOf } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { addPlugin } from '../../src/installation/add-plugin.ts';
import { installLocked } from '../../src/installation/install-locked.ts';
import { noSandbox } from '../support/no-sandbox.ts';
import { hostOptions, manifest } from '../support/open.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const signal = new AbortController().signal;
const env = () => ({ PATH: process.env['PATH'], HOME: temporaryFolder(), npm_config_offline: 'true' });

/** A project with a plugin from an archive that it keeps, and one that lies in it. */
async function project() {
  const cwd = temporaryFolder({ '.git/HEAD': '', 'package.json': { private: true } });
  for (const name of ['packed', 'lying']) {
    const folder = join(cwd, 'plugins', name);
    cpSync(
      temporaryFolder({
        'package.json': { name, version: '1.0.0', type: 'module' },
        'plugin.json': { ...manifest(name, { gates: [name] }), entry: './index.js' },
        'index.js': `import { definePlugin } from '@forge/plugin-api';
export default definePlugin({ gates: [{ id: '${name}', condition: () => true, request: async () => undefined }] });`,
      }),
      folder,
      { recursive: true },
    );
  }
  execFileSync('npm', ['pack', '--silent', '--pack-destination', cwd], { cwd: join(cwd, 'plugins/packed') });
  for (const spec of ['./packed-1.0.0.tgz', './plugins/lying']) {
    await addPlugin(hostOptions(cwd, { env: env(), inlinePlugins: [noSandbox] }), {
      ...{ spec, options: {}, exact: false, dryRun: false, signal },
      ...{ confirm: async () => true, ask: async () => undefined, report: () => {} },
    });
  }
  return cwd;
}

function freshClone(cwd: string) {
  rmSync(join(cwd, 'node_modules'), { recursive: true });
  return (frozen = true) =>
    installLocked(hostOptions(cwd, { env: env(), inlinePlugins: [noSandbox] }), { frozen, signal, report: () => {} });
}

it('gives a fresh clone the plugins that were approved', async () => {
  const install = freshClone(await project());
  expect(await install()).toEqual({
    packageManager: 'npm',
    plugins: [
      { name: 'lying', version: '1.0.0' },
      { name: 'packed', version: '1.0.0' },
    ],
  });
});

it.each([
  ['the files of a plugin', 'plugins/lying/index.js', 'export default 1;\n', ['PLUGIN_CHANGED']],
  [
    'its wishes',
    'plugins/lying/plugin.json',
    JSON.stringify({ ...manifest('lying', { gates: ['lying'] }), permissions: { exec: true } }),
    ['PLUGIN_CHANGED'],
  ],
  ['that something is named', 'forge.config.json', '{ "plugins": ["packed"] }', ['PLUGIN_NOT_FOUND']],
  [
    'the lock of the package manager',
    'package.json',
    '{ "dependencies": { "left-pad": "1.3.0" } }',
    ['INSTALL_FAILED'],
  ],
])('refuses when %s changed', async (_, file, text, codes) => {
  const cwd = await project();
  const install = freshClone(cwd);
  writeFileSync(join(cwd, file), text);
  const error: unknown = await install().catch((fault: unknown) => fault);
  expect(faultsOf(error).map(({ code }) => code)).toEqual(codes);
});

it('needs a lock', async () => {
  const cwd = temporaryFolder({ '.git/HEAD': '' });
  const installing = installLocked(hostOptions(cwd), { frozen: true, signal, report: () => {} });
  await expect(installing).rejects.toMatchObject({ code: 'USAGE' });
});
