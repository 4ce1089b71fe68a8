import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { temporaryFolder, temporaryRepository } from './support/place.ts';
import { startWorld } from './support/real-server.ts';

vi.setConfig({ testTimeout: 120_000 });

test('what a run taught is found, corrected and forgotten', async () => {
  const { client } = await startWorld({ flags: { automation: { level: 4 } } });
  const { id } = await client.runs.start({ task: 'Write a greeting', approve: true });
  expect(await client.runs.follow(id, { onEvent: () => {} })).toEqual({ status: 'completed' });
  const memory = await vi.waitFor(async () => {
    const [found] = (await client.memory.search({ q: 'greeting' })).items;
    expect(found).toBeDefined();
    return found as NonNullable<typeof found>;
  });
  expect(memory.provenance).toMatchObject({ runId: id });
  expect(await client.memory.edit(memory.id, { content: 'Greet politely', confidence: 0.5 })).toMatchObject({
    id: memory.id,
    content: 'Greet politely',
  });
  expect(await client.memory.get(memory.id)).toMatchObject({ content: 'Greet politely', confidence: 0.5 });
  await expect(client.memory.edit(memory.id, { confidence: 2 })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await client.memory.forget(memory.id);
  await expect(client.memory.get(memory.id)).rejects.toMatchObject({ code: 'MEMORY_NOT_FOUND' });
});

test('plugins, agents and settings are shown, without secrets', async () => {
  const options = { apiKey: 'sk-secret-canary-of-the-configuration' };
  const { client } = await startWorld({
    flags: { plugins: [{ use: '@forge/llm-anthropic', options: { baseUrl: `https://x:${options.apiKey}@host` } }] },
  });
  const plugins = (await client.plugins()).items;
  expect(plugins).toContainEqual(expect.objectContaining({ name: '@forge/store-sqlite' }));
  const agents = (await client.agents()).items;
  expect(agents).toContainEqual(expect.objectContaining({ name: 'planner', roles: ['planner'] }));
  const settings = (await client.config()).items;
  expect(settings).toContainEqual({ path: 'safety.budgetUsd', value: 2, source: 'default' });
  expect(JSON.stringify([plugins, agents, settings])).not.toMatch(/canary/);
});

test('what was left to runs, and how they ended, is what the record of automation says', async () => {
  const { client, restart } = await startWorld({ flags: { automation: { level: 2 } } });
  expect(await client.automation()).toMatchObject({ level: 2, available: 1 });
  const { id } = await client.runs.start({ task: 'Write a greeting', approve: true });
  expect(await client.runs.follow(id, { onEvent: () => {} })).toEqual({ status: 'completed' });
  const figures = { totalRuns: 1, successRate: 1, humanInterventionRate: 0, rollbackRate: 0 };
  const { client: later } = await restart();
  for (const state of [await client.automation(), await later.automation()]) {
    expect(Object.fromEntries(state.metrics.map(({ name, value }) => [name, value]))).toMatchObject(figures);
    // No person decided, and no review found anything.
    expect(state.metrics.filter(({ value }) => value === undefined).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['falsePositiveRate', 'humanOverrideRate', 'missedCriticalBugs']),
    );
    expect(state.requirements).toContainEqual(
      expect.objectContaining({ level: 2, metric: 'totalRuns', needs: 'at-least', limit: 50, met: false }),
    );
  }
});

test('a repository that cannot be opened is named beside what the others have', async () => {
  const { client, repository } = await startWorld();
  const path = temporaryRepository();
  writeFileSync(join(path, 'forge.config.json'), '{ "safety": { "budget": 1 } }');
  await client.repositories.add({ path, id: 'broken' });
  const fault = { repositoryId: 'broken', problem: expect.objectContaining({ code: 'CONFIG_INVALID' }) };
  expect(await client.requests.list()).toEqual({ items: [], faults: [fault] });
  expect(await client.runs.list()).toEqual({ items: [], faults: [fault] });
  expect(await client.requests.list({ repository })).toEqual({ items: [], faults: [] });
});

test('repositories are added, meant by name or path, and removed when nothing of theirs is under way', async () => {
  const { client, repository } = await startWorld();
  const path = temporaryRepository();
  const added = await client.repositories.add({ path, id: 'shop' });
  expect(added).toMatchObject({ id: 'shop', path });
  expect(await client.repositories.add({ path })).toEqual(added);
  await expect(client.repositories.add({ path: temporaryFolder() })).rejects.toMatchObject({
    code: 'NOT_A_REPOSITORY',
  });
  await expect(client.repositories.add({ path: 'relative' })).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' });
  // With two of them it must be said which.
  await expect(client.runs.start({ task: 'x' })).rejects.toMatchObject({ code: 'REPOSITORY_UNKNOWN' });
  const run = await client.runs.start({ task: 'Write a greeting', repository: 'shop', planOnly: true });
  expect(run).toMatchObject({ repository: path, repositoryId: 'shop' });
  await client.runs.follow(run.id, { onEvent: () => {} });
  const other = await client.runs.start({ task: 'Write a greeting', repository: `${repository}/test`, planOnly: true });
  expect(other.repository).toBe(repository);
  await client.runs.follow(other.id, { onEvent: () => {} });
  expect((await client.runs.list({ repository: 'shop' })).items.map(({ id }) => id)).toEqual([run.id]);
  await vi.waitFor(() => client.repositories.remove('shop'));
  expect((await client.repositories.list()).items.map((one) => one.path)).toEqual([repository]);
  await expect(client.runs.get(run.id)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
});

test('the server says what it is, what it does, and where it is described', async () => {
  const { client, ask, server } = await startWorld();
  expect(await client.info()).toMatchObject({ version: '0.0.0', pid: process.pid });
  const figures = await (await ask('/metrics')).text();
  expect(figures).toMatch(/^forge_runs\{state="active"\} 0$/m);
  expect(figures).toMatch(
    /^forge_http_request_duration_seconds_count\{method="GET",route="\/api\/server",status="200"\} 1$/m,
  );
  const page = await fetch(`${server.url}/docs`);
  // Nothing of the page may come from elsewhere, and no script runs but its own.
  expect(page.headers.get('content-security-policy')).toMatch(
    /default-src 'none'; script-src 'self' 'sha256-[\w+/=]+'/,
  );
  expect(await page.text()).not.toMatch(/https?:\/\//);
});
