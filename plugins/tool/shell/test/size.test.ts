import { z } from '@forge/plugin-api';
import { expect, test } from 'vitest';
import plugin from '../src/index.ts';

test('what a model is told about this tool stays short: it is sent with every first request', async () => {
  const { tools = [] } = await plugin.setup({} as never);
  const told = tools.map(({ name, description, schema }) => {
    const { $schema: _, ...input } = z.toJSONSchema(schema.input, { io: 'input' });
    return { name, description, input };
  });
  expect(JSON.stringify(told).length).toBeLessThan(400);
});
