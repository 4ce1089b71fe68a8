import { z } from '@forge/plugin-api';
import { createPluginContext } from '@forge/testkit/fakes';
import { expect, test } from 'vitest';
import plugin from '../src/index.ts';

test('what a model is told about these tools stays short: it is sent with every first request', async () => {
  const { tools = [] } = await plugin.setup(createPluginContext());
  const told = tools.map(({ name, description, schema }) => {
    const { $schema: _, ...input } = z.toJSONSchema(schema.input, { io: 'input' });
    return { name, description, input };
  });
  expect(JSON.stringify(told).length).toBeLessThan(1900);
});
