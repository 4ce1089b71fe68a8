import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { greeting, startWorld } from './support/real-server.ts';

vi.setConfig({ testTimeout: 120_000 });

test('the next run has the configuration as it is now, while another one goes on with the one it began with', async () => {
  const held = Promise.withResolvers<void>();
  onTestFinished(() => held.resolve());
  const world = await startWorld({
    script: async (...request) => {
      await held.promise;
      return greeting(...request);
    },
  });
  const { client, repository } = world;
  const first = await client.runs.start({ task: 'Write a greeting', planOnly: true });
  writeFileSync(join(repository, 'forge.config.json'), '{ "safety": { "budgetUsd": 0.5 } }');
  const second = await client.runs.start({ task: 'Write a greeting', planOnly: true });
  expect((await client.config()).items).toContainEqual(
    expect.objectContaining({ path: 'safety.budgetUsd', value: 0.5 }),
  );
  const budgets = await Promise.all(
    [first, second].map(async ({ id }) => (await client.runs.events(id)).items[0]?.payload),
  );
  expect(budgets).toMatchObject([{ budgetUsd: 2 }, { budgetUsd: 0.5 }]);
  // What cannot be read begins nothing, and takes nothing away from what is under way.
  writeFileSync(join(repository, 'forge.config.json'), '{ "safety": { "budget": 1 } }');
  await expect(client.runs.start({ task: 'x' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  held.resolve();
  for (const { id } of [first, second])
    expect(await client.runs.follow(id, { onEvent: () => {} })).toEqual({ status: 'completed' });
});
