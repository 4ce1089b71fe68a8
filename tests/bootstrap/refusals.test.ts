import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { miniatureCheckout, type Checkout } from './miniature-checkout.ts';

let checkout: Checkout;
const minute = 60_000;

beforeEach(async () => {
  checkout = await miniatureCheckout({ useOwnNode: true });
});
afterEach(() => checkout.remove());

test('an archive that is not the pinned one is refused and leaves nothing behind', { timeout: minute }, async () => {
  const wrong = `sha512-${'A'.repeat(86)}==`;
  await checkout.editPins(({ pnpm }) => {
    for (const name of Object.keys(pnpm.packages)) pnpm.packages[name] = wrong;
  });
  const { code, stdout, stderr } = await checkout.forge('--version');
  expect({ code, stdout }).toEqual({ code: 7, stdout: '' });
  expect(stderr).toMatch(/the archive of @pnpm\/exe\.\S+ is not the pinned one/);
  expect(stderr).toContain(`pinned ${wrong}`);
  expect(stderr).toMatch(/found {2}sha512-/);
  expect(await readdir(join(checkout.root, '.forge'))).toEqual(['.gitignore']);
});

test('a platform without a pin is told what is pinned', async () => {
  await checkout.editPins(({ pnpm }) => {
    for (const name of Object.keys(pnpm.packages)) delete pnpm.packages[name];
    pnpm.packages['@pnpm/exe.beos-x64'] = 'sha512-';
  });
  const { code, stderr } = await checkout.forge('--version');
  expect(code).toBe(7);
  expect(stderr).toContain('pinned are: @pnpm/exe.beos-x64');
  expect(stderr).toContain('tools/bootstrap/toolchain.json');
  expect(await checkout.started()).toEqual(['node']);
});

test('what npm says when it cannot fetch is passed on', { timeout: minute }, async () => {
  await writeFile(join(checkout.home, 'bin/npm'), '#!/bin/sh\necho no route to the registry >&2\nexit 1\n');
  const { code, stderr } = await checkout.forge('--version');
  expect(code).toBe(7);
  expect(stderr).toContain('npm could not fetch @pnpm/exe.');
  expect(stderr).toContain('no route to the registry');
});

test('a machine whose own Node is new enough uses it', { timeout: minute }, async () => {
  const { code, stdout, stderr } = await checkout.forge('--version');
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('node-') });
  expect(stdout).toContain(process.version);
  expect(await readFile(join(checkout.root, '.forge/launch'), 'utf8')).toBe(`${process.execPath}\n`);
  expect((await readdir(join(checkout.root, '.forge/toolchain'))).filter((name) => name.startsWith('node'))).toEqual(
    [],
  );
});

test('a lock file that pnpm does not accept stops the start with its words', { timeout: minute }, async () => {
  const path = join(checkout.root, 'kernel/package.json');
  await writeFile(path, (await readFile(path, 'utf8')).replace('"picocolors": "1.1.1"', '"picocolors": "1.1.0"'));
  const { code, stderr } = await checkout.forge('--version');
  expect(code).toBe(7);
  expect(stderr).toContain('pnpm could not install the dependencies');
  expect(stderr).toContain('pnpm-lock.yaml');
});

test('a checkout that cannot be written says who has to start it', async () => {
  await writeFile(join(checkout.root, '.forge'), 'a file where the folder should be');
  const { code, stderr } = await checkout.forge('--version');
  expect(code).toBe(7);
  expect(stderr).toContain('Start Forge once as the owner of that folder');
});
