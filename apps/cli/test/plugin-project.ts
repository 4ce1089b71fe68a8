import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCli, temporaryFolder } from './cli-process.ts';

export const name = 'forge-plugin-bell';

const bell = `import { definePlugin } from '@forge/plugin-api';
export default definePlugin({ gates: [{ id: 'bell', condition: () => true, request: async () => undefined }] });
`;

/** An archive of a plugin that npm would publish. `begin`: what its module does first. */
export function archive(version: string, begin = ''): string {
  const folder = temporaryFolder();
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  write('package.json', JSON.stringify({ name, version, type: 'module' }));
  write(
    'plugin.json',
    JSON.stringify({ name, version, type: 'gate', entry: './index.js', provides: { gates: ['bell'] } }),
  );
  write('index.js', `${begin}${bell}`);
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  return join(folder, execFileSync('npm', args, { cwd: folder, encoding: 'utf8' }).trim());
}

/** A project into which plugins are added. */
export function project(registry = 'http://127.0.0.1:1') {
  const cwd = temporaryFolder();
  const home = temporaryFolder();
  execFileSync('git', ['init', '--quiet'], { cwd });
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'p', version: '1.0.0', private: true }));
  writeFileSync(join(cwd, '.npmrc'), `registry=${registry}/\nfetch-retries=0\nprefer-online=true\n`);
  const start = (...words: string[]) => startCli({ cwd, env: { HOME: home } }, 'plugin', ...words);
  const plugin = (...words: string[]) => start(...words).ended;
  const lock = () => readFileSync(join(cwd, 'forge.plugins.lock'), 'utf8');
  return { cwd, start, plugin, lock, version: () => /"version": "([\d.]+)"/.exec(lock())?.[1] };
}
