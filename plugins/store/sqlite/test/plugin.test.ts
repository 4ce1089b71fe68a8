import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestSchema } from '@forge/plugin-api';
import { createPluginContext } from '@forge/testkit/fakes';
import { expect, onTestFinished, test } from 'vitest';
import plugin from '../src/index.ts';

test('it provides what its manifest declares, in the state folder, and stops', async () => {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(new URL('../plugin.json', import.meta.url), 'utf8')));
  const stateDirectory = mkdtempSync(join(tmpdir(), 'forge-store-'));
  onTestFinished(() => rmSync(stateDirectory, { recursive: true, force: true }));
  const { stores = [], stop } = await plugin.setup(createPluginContext({ stateDirectory }));
  expect(stores.map(({ name }) => name)).toEqual(manifest.provides.stores);
  expect(await stores[0]?.listRuns()).toEqual([]);
  await stop?.();
  expect(existsSync(join(stateDirectory, 'runs.db'))).toBe(true);
  await expect(stores[0]?.listRuns()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
});

test('a state folder that cannot be used is told at the first call, not in the background', async () => {
  const { stores = [], stop } = await plugin.setup(createPluginContext({ stateDirectory: '/dev/null/state' }));
  await expect(stores[0]?.listRuns()).rejects.toMatchObject({ code: 'STORE_FAILED' });
  await stop?.();
});
