import { createToolContext, type VirtualClock } from '@forge/testkit/fakes';
import { describe, expect, test, vi } from 'vitest';
import { optionsSchema } from '../src/options.ts';
import { refuse } from './jira-server.ts';
import { jiraTools } from './jira-tools.ts';

const context = createToolContext({ workspace: '/nowhere', idempotencyKey: 'run/implementation/a/1/4' });
const all = { jql: 'project = SHOP', limit: 2 };

describe('jira_search', () => {
  test('gives pages, and what the next one is called', async () => {
    const { search } = await jiraTools();
    const first = await search.execute(all, context);
    expect(first.issues.map(({ key }) => key)).toEqual(['SHOP-1', 'SHOP-2']);
    const second = await search.execute({ ...all, page: first.nextPage }, context);
    expect(second.issues.map(({ key }) => key)).toEqual(['SHOP-3']);
    expect(second.nextPage).toBeUndefined();
    expect(search.render?.(first)).toBe(
      'SHOP-1 [Bug, Open, nobody] Limit logins\nSHOP-2 [Bug, Open, nobody] Log in twice\nmore: page "2"',
    );
  });

  test.each([
    ['a busy server says when', 429, { 'retry-after': '0' }],
    ['a gateway fails', 502, {}],
    ['the service is down for a moment', 503, { 'retry-after': '0' }],
  ] as const)('tries again when %s', async (_, status, headers) => {
    const { search, server } = await jiraTools();
    server.faults.push((response) => refuse(response, status, {}, headers));
    expect((await search.execute(all, context)).issues).toHaveLength(2);
    expect(server.requests).toHaveLength(2);
  });

  test('tries again when the connection is cut', async () => {
    const { search, server } = await jiraTools();
    server.faults.push((response) => response.destroy());
    expect((await search.execute(all, context)).issues).toHaveLength(2);
  });

  test('does not wait for longer than a minute', async () => {
    const { search, server } = await jiraTools();
    server.faults.push((response) => refuse(response, 429, {}, { 'retry-after': '3600' }));
    await expect(search.execute(all, context)).rejects.toMatchObject({ code: 'TOOL_FAILED' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('jira_create_issue', () => {
  test('files an issue with its words as a document, and a label to know it by', async () => {
    const { create, server } = await jiraTools();
    const call = { summary: 'Limit logins', description: 'They are **guessed**', type: 'Bug', labels: ['security'] };
    const filed = await create.execute(call, context);
    expect(filed).toEqual({ key: 'SHOP-4', url: `${server.url}/browse/SHOP-4` });
    expect(server.issues.at(-1)?.fields).toMatchObject({
      project: { key: 'SHOP' },
      issuetype: { name: 'Bug' },
      summary: 'Limit logins',
      labels: ['security', expect.stringMatching(/^forge-[0-9a-f]{16}$/)],
      description: { version: 1, type: 'doc' },
    });
  });

  test('is found again after a crash, and only that call', async () => {
    const { create, clock } = await jiraTools();
    const filed = await create.execute({ summary: 'Limit logins', type: 'Task', labels: [] }, context);
    expect(await create.probe?.(context.idempotencyKey, context)).toEqual({ done: true, output: filed });
    const other = create.probe?.('run/implementation/a/1/5', context);
    await passTime(clock, 2);
    expect(await other).toEqual({ done: false });
  });

  test('waits for a search that lags behind', async () => {
    const { create, server, clock } = await jiraTools();
    await create.execute({ summary: 'Limit logins', type: 'Task', labels: [] }, context);
    const [late] = server.issues.splice(-1);
    const probed = create.probe?.(context.idempotencyKey, context);
    await asleep(clock);
    if (late !== undefined) server.issues.push(late);
    await clock.advanceToNext();
    expect(await probed).toMatchObject({ done: true, output: { key: 'SHOP-4' } });
  });

  test('is not tried again when it may have happened', async () => {
    const { create, server } = await jiraTools();
    const call = { summary: 'Limit logins', type: 'Task', labels: [] };
    for (const fault of [
      (response: Parameters<(typeof server.faults)[0]>[0]) => response.destroy(),
      (response: Parameters<(typeof server.faults)[0]>[0]) => refuse(response, 503, {}, { 'retry-after': '0' }),
    ]) {
      server.faults.push(fault);
      await expect(create.execute(call, context)).rejects.toMatchObject({ code: 'TOOL_FAILED' });
    }
    expect(server.requests).toHaveLength(2);
  });

  test('is tried again when Jira refused it for now', async () => {
    const { create, server } = await jiraTools();
    server.faults.push((response) => refuse(response, 429, {}, { 'retry-after': '0' }));
    expect(await create.execute({ summary: 'Limit logins', type: 'Task', labels: [] }, context)).toMatchObject({
      key: 'SHOP-4',
    });
  });

  test('says what Jira says of a field', async () => {
    const { create } = await jiraTools();
    const call = { summary: 'Limit logins', type: 'Task', labels: [], project: 'NONE' };
    await expect(create.execute(call, context)).rejects.toThrow('project: valid project is required');
  });
});

describe('access', () => {
  test('a personal access token goes as a bearer', async () => {
    const { search, server } = await jiraTools({ email: undefined as never });
    await search.execute(all, context);
    expect(server.requests[0]?.authorization).toBe('Bearer jira-token');
  });

  test('a wrong token is told with what to do, and not tried again', async () => {
    const { search, server } = await jiraTools({ token: 'wrong' });
    const refused = search.execute(all, context);
    await expect(refused).rejects.toThrow('Client must be authenticated');
    await expect(refused).rejects.toMatchObject({ details: { fix: expect.stringContaining('JIRA_API_TOKEN') } });
    expect(server.requests).toHaveLength(1);
  });

  test('without a token nothing is sent', async () => {
    const { search, server } = await jiraTools({ token: undefined });
    await expect(search.execute(all, context)).rejects.toThrow('no Jira token');
    expect(server.requests).toEqual([]);
  });

  test('a redirect does not take the token elsewhere', async () => {
    const { create, server } = await jiraTools();
    const elsewhere = await jiraTools();
    server.faults.push((response) =>
      refuse(response, 307, {}, { location: `${elsewhere.server.url}/rest/api/3/issue` }),
    );
    const call = { summary: 'Limit logins', type: 'Task', labels: [] };
    await expect(create.execute(call, context)).rejects.toMatchObject({ code: 'TOOL_FAILED' });
    expect(elsewhere.server.requests).toEqual([]);
  });

  test.each([
    ['https://acme.atlassian.net', true],
    ['http://127.0.0.1:8080', true],
    ['http://acme.atlassian.net', false],
    ['http://127.0.0.1.evil.example', false],
    ['ftp://acme.example', false],
  ])('site %s: %s', (site, accepted) => {
    expect(optionsSchema.safeParse({ site }).success).toBe(accepted);
  });
});

const asleep = (clock: VirtualClock) => vi.waitUntil(() => clock.sleepers > 0, { timeout: 60_000 });

async function passTime(clock: VirtualClock, sleeps: number) {
  for (let slept = 0; slept < sleeps; slept += 1) {
    await asleep(clock);
    await clock.advanceToNext();
  }
}
