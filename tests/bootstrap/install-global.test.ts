import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { miniatureCheckout, type Checkout } from './miniature-checkout.ts';

let checkout: Checkout;

beforeAll(async () => {
  checkout = await miniatureCheckout({ useOwnNode: true });
});
afterAll(() => checkout.remove());

test('npm install -g . gives a forge command that works in any folder', { timeout: 120_000 }, async () => {
  const prefix = join(checkout.home, 'prefix');
  await mkdir(join(prefix, 'lib'), { recursive: true });
  const installed = await checkout.run('npm', 'install', '--global', '--prefix', prefix, checkout.root);
  expect(installed.code, installed.stderr).toBe(0);
  const { code, stdout, stderr } = await checkout.run(join(prefix, 'bin/forge'), 'run', 'something');
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('first run something');
});
