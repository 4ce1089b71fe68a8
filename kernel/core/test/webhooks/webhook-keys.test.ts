import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createWebhookKeys } from '../../src/webhooks/webhook-keys.ts';

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'forge-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('is the same for all processes, that begin at once, and differs by purpose', async () => {
  const folder = place();
  const keys = await Promise.all(Array.from({ length: 8 }, () => createWebhookKeys(async () => folder).derive('a')));
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
  expect(await createWebhookKeys(async () => folder).derive('b')).not.toEqual(keys[0]);
  expect(readdirSync(folder)).toEqual(['webhook.key']);
  expect(statSync(join(folder, 'webhook.key')).mode & 0o777).toBe(0o600);
});

it('says so when its file holds half a key, instead of waiting for the rest for ever', async () => {
  const folder = place();
  const keys = createWebhookKeys(async () => folder);
  writeFileSync(join(folder, 'webhook.key'), '');
  await expect(keys.derive('a')).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  rmSync(join(folder, 'webhook.key'));
  expect(await keys.derive('a')).toHaveLength(32);
});
