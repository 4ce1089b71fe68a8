import { request } from 'node:http';
import { systemClock } from '@forge/core';
import type { Scope } from '@forge/sdk';
import { describe, expect, test, vi } from 'vitest';
import { createStateFolder, createTokens } from '../src/index.ts';
import { type Operation, operationsOf, openPaths } from './support/open-api.ts';
import { temporaryFolder } from './support/place.ts';
import { startWorld } from './support/real-server.ts';

vi.setConfig({ testTimeout: 120_000 });

const tokensIn = (stateFolder: string) => createTokens(createStateFolder(stateFolder), systemClock);

test('every operation of the API refuses every token that is not good enough, before it does anything', async () => {
  const world = await startWorld();
  const tokens = tokensIn(world.stateFolder);
  let made = 0;
  const make = async (scopes: readonly Scope[], expiresAt?: number) =>
    tokens.create({ name: `${scopes.join('-')} ${(made += 1)}`, scopes, expiresAt });
  const good = await make(['admin']);
  const revoked = await make(['admin']);
  await tokens.revoke(revoked.record.id);
  const expired = await make(['admin'], systemClock.now() - 1);
  const bad: Readonly<Record<string, string | undefined>> = {
    none: undefined,
    empty: '',
    junk: 'junk',
    'of another server': `forge_0123456789ab_${'x'.repeat(43)}`,
    'with a changed end': `${good.token.slice(0, -1)}${good.token.endsWith('A') ? 'B' : 'A'}`,
    'with a path for an id': `forge_../../tok_${'x'.repeat(43)}`,
    expired: expired.token,
    revoked: revoked.token,
  };
  const weak = {
    read: (await make(['read'])).token,
    run: (await make(['run'])).token,
    approve: (await make(['approve'])).token,
  };
  const lacking: Readonly<Record<Scope, readonly (keyof typeof weak)[]>> = {
    read: [],
    run: ['read', 'approve'],
    approve: ['read', 'run'],
    admin: ['read', 'run', 'approve'],
  };
  const operations = await operationsOf(world);
  expect(operations.length).toBeGreaterThan(20);
  const found: string[] = [];
  for (const operation of operations) {
    for (const [name, token] of Object.entries(bad)) {
      const { status } = await send(world.server.url, operation, token);
      if (status !== 401) found.push(`${operation.id} with a token ${name}: ${status}`);
    }
    for (const name of lacking[operation.scope]) {
      const { status } = await send(world.server.url, operation, weak[name]);
      if (status !== 403) found.push(`${operation.id} with the scope ${name}: ${status}`);
    }
    const { status } = await send(world.server.url, operation, good.token);
    if (status === 401 || status === 403) found.push(`${operation.id} with a good token: ${status}`);
  }
  expect(found).toEqual([]);
  // Nothing of what was refused happened.
  expect((await world.client.runs.list()).items).toEqual([]);
  expect((await world.client.repositories.list()).items).toHaveLength(1);
});

test('what takes no token is what the document says, and no more', async () => {
  const world = await startWorld();
  expect(await openPaths(world)).toEqual(['/health', '/ready']);
  for (const path of ['/health', '/ready', '/openapi.json', '/docs', '/docs/swagger-ui.css', '/docs/swagger-ui.js'])
    expect((await fetch(`${world.server.url}${path}`)).status, path).toBe(200);
  for (const path of ['/', '/metrics', '/api', '/api/nothing', '/docs/', '/docs/x', '/health/', '/HEALTH'])
    expect((await fetch(`${world.server.url}${path}`)).status, path).toBe(401);
});

test.each([
  '//api/runs',
  '/./api/runs',
  '/docs/../api/runs',
  '/health/../api/runs',
  '/health/..%2fapi/runs',
  '/%2e%2e/api/runs',
  '/api%2fruns',
  '/api/runs;/health',
  '/api/runs?/health',
  '/api/runs#/health',
  '/openapi.json/../api/runs',
  '/api/runs%00',
  'http://health/api/runs',
  '/\\health',
])('the path %s gives nothing without a token', async (path) => {
  const { server } = await startWorld();
  const { status, body } = await raw(server.url, { path });
  expect([400, 401, 403, 404]).toContain(status);
  expect(body).not.toContain('"items"');
});

describe('web pages of other sites', () => {
  const pages: Readonly<Record<string, Record<string, string>>> = {
    'another name, as after DNS rebinding': { host: 'evil.example:80' },
    'a name that begins like an address': { host: '127.0.0.1.evil.example' },
    'localhost as a part of a name': { host: 'localhost.evil.example' },
    'no name at all': { host: '' },
    'an odd name': { host: 'local host' },
    'another origin': { origin: 'https://evil.example' },
    'an origin of this machine on another port': { origin: 'http://127.0.0.1:1' },
    'an opaque origin': { origin: 'null' },
    'a request that the browser calls cross-site': { 'sec-fetch-site': 'cross-site' },
    'a request that the browser calls same-site': { 'sec-fetch-site': 'same-site' },
  };
  test.each(Object.entries(pages))('%s', async (_, headers) => {
    const { server } = await startWorld();
    const authorization = `Bearer ${server.token}`;
    for (const path of ['/api/runs', '/health', '/docs']) {
      const { status } = await raw(server.url, { path, headers: { authorization, ...headers } });
      expect([400, 403], path).toContain(status);
    }
    const socket = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
    const path = '/api/runs/x/events/socket';
    const { status } = await raw(server.url, {
      path,
      headers: { authorization, ...socket, 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers },
    });
    // What is no name at all is refused by the library that makes the request, with 500.
    expect([400, 403, 500]).toContain(status);
  });

  test('its own pages, and names that the person has allowed, may', async () => {
    const { server } = await startWorld({ allowedNames: ['forge.example'] });
    const authorization = `Bearer ${server.token}`;
    const { host } = new URL(server.url);
    for (const headers of [
      { origin: server.url, 'sec-fetch-site': 'same-origin' },
      { host: 'forge.example', origin: 'https://forge.example' },
      { host: `localhost:${host.split(':')[1]}` },
      { host: '[::1]:80' },
    ]) {
      expect((await raw(server.url, { path: '/api/runs', headers: { authorization, ...headers } })).status).toBe(200);
    }
  });
});

test('tokens are nowhere in what is kept, nor in the audit log', async () => {
  const world = await startWorld();
  const { token } = await tokensIn(world.stateFolder).create({ name: 'ci', scopes: ['run'] });
  await world.clientWith(token).runs.list();
  const { readdirSync, readFileSync, statSync } = await import('node:fs');
  const { join } = await import('node:path');
  const files = readdirSync(world.stateFolder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(files.length).toBeGreaterThan(1);
  for (const { parentPath, name } of files) {
    const file = join(parentPath, name);
    expect(readFileSync(file, 'utf8')).not.toContain(token.slice(19));
    expect(statSync(file).mode & 0o077, file).toBe(0);
  }
});

test('who guesses tokens has to wait, and keeps nobody else at that address from coming in', async () => {
  const world = await startWorld({ requestsPerMinute: 3 });
  const statuses = [];
  for (let guess = 0; guess < 4; guess += 1)
    statuses.push((await world.ask('/api/server', { token: `junk-${guess}` })).status);
  expect(statuses).toEqual([401, 401, 401, 429]);
  const refused = await world.ask('/api/server', { token: 'junk' });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED' });
  expect((await world.ask('/api/server')).status).toBe(200);
});

test('a token has so many requests a minute', async () => {
  const world = await startWorld({ requestsPerMinute: 3 });
  const statuses = [];
  for (let index = 0; index < 4; index += 1) statuses.push((await world.ask('/api/server')).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
});

test('bodies and headers have limits', async () => {
  const world = await startWorld();
  const post = (body: string, headers: Record<string, string> = {}) =>
    world.ask('/api/runs', { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  expect((await post(JSON.stringify({ task: 'x'.repeat(11 * 1024 * 1024) }))).status).toBe(413);
  expect((await post(`{"task":${'['.repeat(40)}${']'.repeat(40)}}`)).status).toBe(413);
  expect((await post('{"task":"half')).status).toBe(400);
  expect((await world.ask('/api/runs', { method: 'POST', body: 'task' })).status).toBe(415);
  expect((await world.ask('/api/runs', { headers: { 'x-long': 'x'.repeat(20_000) } })).status).toBe(431);
});

test('a server that others can reach needs a token for them', async () => {
  const world = await startWorld();
  await world.server.close();
  await expect(world.restart({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'SERVER_UNSAFE' });
  const tokens = tokensIn(world.stateFolder);
  const { record } = await tokens.create({ name: 'ci', scopes: ['read'] });
  await tokens.revoke(record.id);
  await expect(world.restart({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'SERVER_UNSAFE' });
  await tokens.create({ name: 'ci', scopes: ['read'] });
  const wide = await world.restart({ host: '0.0.0.0' });
  expect((await fetch(`${wide.server.url}/api/runs`)).status).toBe(401);
});

test('no two tokens in force have one name, because it says who decided and who may', async () => {
  let now = 1_000;
  const tokens = createTokens(createStateFolder(temporaryFolder()), { ...systemClock, now: () => now });
  const { record } = await tokens.create({ name: 'ada', scopes: ['approve'], expiresAt: 2_000 });
  const again = () => tokens.create({ name: 'ada', scopes: ['read'] });
  await expect(again()).rejects.toMatchObject({ code: 'USAGE', details: { fix: expect.stringContaining(record.id) } });
  await tokens.create({ name: 'Ada Lovelace', scopes: ['approve'] });
  // Once it has ended, its name is free.
  now = 2_000;
  const second = await again();
  await expect(again()).rejects.toMatchObject({ code: 'USAGE' });
  await tokens.revoke(second.record.id);
  await again();
});

test.each(['', ' ', 'ada ', 'policy:--yes', 'timeout', 'decision-link', 'kernel', 'server', 'a\nb', 'x'.repeat(101)])(
  'a token is not called %j',
  async (name) => {
    await expect(tokensIn(temporaryFolder()).create({ name, scopes: ['read'] })).rejects.toMatchObject({
      code: 'USAGE',
    });
  },
);

test('a second server of the same person is refused while the first one lives', async () => {
  const world = await startWorld({ pid: process.ppid, processStart: () => 'then' });
  await expect(world.restart({ pid: process.pid })).rejects.toMatchObject({
    code: 'SERVER_RUNNING',
    details: { data: { url: world.server.url } },
  });
});

test('a port that somebody else has is said so, and leaves nothing behind', async () => {
  const world = await startWorld();
  const port = Number(new URL(world.server.url).port);
  const other = await startWorld();
  await other.server.close();
  await expect(other.restart({ port })).rejects.toMatchObject({ code: 'SERVER_ADDRESS' });
  expect((await other.restart()).server.url).toBeTruthy();
});

test('every change is in the audit log with who made it and how it ended, and reading is not', async () => {
  const world = await startWorld();
  const { token, record } = await tokensIn(world.stateFolder).create({ name: 'ci', scopes: ['run'] });
  const ci = world.clientWith(token);
  await ci.runs.list();
  const { id } = await ci.runs.start({ task: 'Write a greeting', planOnly: true });
  await world.client.runs.follow(id, { onEvent: () => {} });
  await expect(ci.runs.cancel('nothing')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  const records = (await world.client.audit()).items.map(({ actor, action, subject, status }) => [
    actor.name,
    action,
    subject,
    status,
  ]);
  expect(records.reverse()).toEqual([
    ['ci', 'startRun', '/api/runs', undefined],
    ['ci', 'startRun', '/api/runs', 202],
    ['ci', 'cancelRun', '/api/runs/nothing/cancel', undefined],
    ['ci', 'cancelRun', '/api/runs/nothing/cancel', 404],
  ]);
  expect(record.name).toBe('ci');
});

async function send(url: string, { method, path, body }: Operation, token: string | undefined) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const content = body === undefined ? {} : { 'content-type': 'application/json' };
  const end = new AbortController();
  const { status } = await fetch(`${url}${path}`, {
    method,
    headers: { ...authorization, ...content },
    ...(body === undefined ? {} : { body }),
    signal: end.signal,
  });
  end.abort();
  return { status };
}

/** As it stands: no library corrects the path or chooses the Host. */
function raw(url: string, options: { readonly path: string; readonly headers?: Record<string, string> }) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const setHost = options.headers?.['host'] !== '';
    const sent = request({ hostname, port, setHost, ...options }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, body: '' });
    });
    sent.on('error', reject);
    sent.end();
  });
}
