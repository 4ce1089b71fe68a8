import { existsSync } from 'node:fs';
import { readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { miniatureCheckout, type Checkout } from './miniature-checkout.ts';

// One checkout from its first start on; each test goes on where the one before it left off.
let checkout: Checkout;
const minutes = 60_000;

beforeAll(async () => {
  checkout = await miniatureCheckout();
});
afterAll(() => checkout.remove());

test('two first starts at once: one sets up, the other waits, both answer', { timeout: 3 * minutes }, async () => {
  const [one, other] = await Promise.all([checkout.forge('--version'), checkout.forge('runs')]);
  const told = one.stderr + other.stderr;
  expect([one.code, other.code], told).toEqual([0, 0]);
  expect(one.stdout).toMatch(/^first --version v24\.21\.0$/m);
  expect(other.stdout).toMatch(/^first runs v24\.21\.0$/m);
  expect(told.match(/installed the dependencies/g)).toHaveLength(1);
  expect(told).toMatch(/waiting for the set-up that process \d+ is doing/);
  expect((await checkout.started()).filter((name) => name === 'npm')).toHaveLength(1);
});

test('what a set-up leaves is invisible to git and complete', async () => {
  expect(await readFile(join(checkout.root, '.forge/.gitignore'), 'utf8')).toBe('*\n');
  expect((await readdir(join(checkout.root, '.forge'))).toSorted()).toEqual(['.gitignore', 'launch', 'toolchain']);
  expect((await readdir(join(checkout.root, '.forge/toolchain'))).filter((name) => name.startsWith('.'))).toEqual([]);
  expect(existsSync(join(checkout.root, 'kernel/node_modules/picocolors/package.json'))).toBe(true);
});

test('the second start goes straight to the command', async () => {
  const [pnpmHome = ''] = (await readdir(join(checkout.root, '.forge/toolchain'))).filter((name) =>
    name.includes('pnpm'),
  );
  const pnpm = join(checkout.root, '.forge/toolchain', pnpmHome, 'pnpm');
  await rename(pnpm, `${pnpm}.real`);
  await checkout.recordStarts(pnpm, 'pnpm', `${pnpm}.real`);
  const { stdout, stderr } = await checkout.forge('run', 'a task with spaces');
  expect(stdout).toContain('first run a task with spaces');
  expect(stderr).toBe('');
  expect(await checkout.started()).toEqual([]);
});

test('a command of package.json sets nothing up again either', async () => {
  const { code, stdout, stderr } = await checkout.run(
    'node',
    join(checkout.root, 'tools/bootstrap.mjs'),
    'exec',
    'node',
    '-p',
    'process.version',
  );
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'v24.21.0\n', stderr: '' });
  expect(await checkout.started()).toEqual(['node']);
});

test('an edit is built before the next start, without npm and pnpm', async () => {
  await writeFile(join(checkout.root, 'kernel/src/words.ts'), "export const words = 'second';\n");
  const edited = await checkout.forge('edited');
  expect(edited.stdout).toContain('second edited');
  expect(edited.stderr).toMatch(/^forge: built the command line in [\d.]+ s\n$/);
  expect(await checkout.forge('again')).toMatchObject({ stdout: expect.stringContaining('second again'), stderr: '' });
  expect(await checkout.started()).toEqual([]);
});

test('a build that fails says so and runs nothing', async () => {
  await writeFile(join(checkout.root, 'kernel/src/words.ts'), 'export const words = ;\n');
  const { code, stdout, stderr } = await checkout.forge('broken');
  expect({ code, stdout }).toEqual({ code: 7, stdout: '' });
  expect(stderr).toContain('the command line could not be built');
  expect(stderr).toContain('words.ts');
  await writeFile(join(checkout.root, 'kernel/src/words.ts'), "export const words = 'third';\n");
});

test('a changed lock file is installed before the next start', async () => {
  const path = join(checkout.root, 'pnpm-lock.yaml');
  await writeFile(path, `${await readFile(path, 'utf8')}\n`);
  await checkout.started();
  expect((await checkout.forge('locked')).stdout).toContain('third locked');
  expect(await checkout.started()).toEqual(['pnpm']);
});

test('works through a link from another folder, and after the checkout was moved', async () => {
  const link = join(checkout.home, 'linked-forge');
  await symlink('checkout/forge', link);
  expect((await checkout.run(link, 'linked')).stdout).toContain('third linked');
  await rename(checkout.root, join(checkout.home, 'moved'));
  await checkout.started();
  expect((await checkout.run(join(checkout.home, 'moved/forge'), 'moved')).stdout).toContain('third moved');
  expect(await checkout.started()).toEqual([]);
});
