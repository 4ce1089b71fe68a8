import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'forge-launcher-'));
  mkdirSync(join(folder, 'bootstrap'));
  copyFileSync(fileURLToPath(new URL('../src/launcher.js', import.meta.url)), join(folder, 'forge.js'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'main.js'), "console.log('this one');");
  writeFileSync(
    join(folder, 'bootstrap/pinned-node.mjs'),
    "export const runWithPinnedNode = (entry) => (console.log('pinned', entry.endsWith('forge.js')), 5);",
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the launcher does on a Node that says it has another version. */
function on(version: string) {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, join(folder, 'forge.js')];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { stdout, status };
}

const accepted = '^24.15 || >=26';

test.each([
  ['18.20.8', false],
  ['24.14.9', false],
  ['24.15.0', true],
  ['25.9.0', false],
  ['26.0.0', true],
])(`Node %s of ${accepted}: %s`, (version, fits) => {
  expect(on(version)).toEqual(fits ? { stdout: 'this one\n', status: 0 } : { stdout: 'pinned true\n', status: 5 });
});

test('the range above is the one that is pinned', () => {
  const pins = JSON.parse(readFileSync(new URL('../../bootstrap/toolchain.json', import.meta.url), 'utf8')) as unknown;
  expect(pins).toMatchObject({ node: { accepts: accepted } });
});
