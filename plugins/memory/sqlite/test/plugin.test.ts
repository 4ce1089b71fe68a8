import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestSchema } from '@forge/plugin-api';
import { createPluginContext } from '@forge/testkit/fakes';
import { expect, onTestFinished, test } from 'vitest';
import plugin from '../src/index.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'forge-memory-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('it provides what its manifest declares, in the state folder, and stops', async () => {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(new URL('../plugin.json', import.meta.url), 'utf8')));
  const stateDirectory = temporaryFolder();
  const options = plugin.options?.parse(undefined);
  const { memories = [], stop } = await plugin.setup(createPluginContext({ stateDirectory, options }));
  expect(memories.map(({ name }) => name)).toEqual(manifest.provides.memories);
  expect(await memories[0]?.recall({ context: '', repoId: 'r' })).toEqual([]);
  await stop?.();
  expect(existsSync(join(stateDirectory, 'memory.db'))).toBe(true);
  await expect(memories[0]?.get('m')).rejects.toMatchObject({ code: 'STORE_CLOSED' });
});

test('its file may lie elsewhere; an option it does not know is refused', async () => {
  const [stateDirectory, file] = [temporaryFolder(), join(temporaryFolder(), 'shared.db')];
  const options = plugin.options?.parse({ file });
  const { memories = [], stop } = await plugin.setup(createPluginContext({ stateDirectory, options }));
  await memories[0]?.forget('m');
  await stop?.();
  expect([existsSync(file), existsSync(join(stateDirectory, 'memory.db'))]).toEqual([true, false]);
  expect(plugin.options?.safeParse({ path: file }).success).toBe(false);
});
