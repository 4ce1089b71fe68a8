import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { manifestSchema } from '@forge/plugin-api';
import { createPluginContext } from '@forge/testkit/fakes';
import { expect, test } from 'vitest';
import plugin from '../src/index.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));

test('it provides what its manifest declares', async () => {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(`${folder}/plugin.json`, 'utf8')));
  const { agents = [] } = await plugin.setup(createPluginContext({ folder }));
  expect(agents.map(({ id, type }) => [id, type])).toEqual([['deployer', 'deployer']]);
  expect(manifest.provides.agents).toEqual(['deployer']);
});
