import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import type { ManifestInput, Tool } from '@forge/plugin-api';
import { createToolContext } from '@forge/testkit/fakes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Isolated, openIsolated, put } from './isolated.ts';

/** Tries what it is asked for, with Node and not through the contract, and says what came of it. */
const code = `
import { execFileSync } from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns/promises';
import { readFileSync, writeFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import tls from 'node:tls';
import { Worker } from 'node:worker_threads';
import { definePlugin, defineTool, z } from '@forge/plugin-api';

const connects = (socket) => new Promise((resolve, reject) => {
  socket.on('error', reject).on('data', (chunk) => { socket.destroy(); resolve('got ' + chunk); });
});
const attempts = {
  read: ({ path }) => readFileSync(path, 'utf8'),
  write: ({ path }) => writeFileSync(path, 'written by the plugin'),
  link: ({ path, to }) => symlinkSync(to, path),
  spawn: () => execFileSync('echo', ['spawned'], { encoding: 'utf8' }),
  exec: async (_, ctx) => (await ctx.exec({ file: 'echo', args: ['executed'] })).output,
  start: async ({ path }, ctx) => { await ctx.start({ file: 'touch', args: [path] }); return 'started'; },
  thread: () => new Worker('1', { eval: true }),
  fetch: async ({ url }) => (await fetch(url)).text(),
  raw: ({ host, port }) => connects(net.connect({ host, port })),
  oldStyle: ({ host, port }) => connects(net.createConnection(port, host)),
  tls: ({ host, port }) => connects(tls.connect({ host, port })),
  unix: ({ path }) => connects(net.connect(path)),
  listen: () => new Promise((resolve, reject) => net.createServer().on('error', reject).listen(0, () => resolve('listens'))),
  udp: () => { dgram.createSocket('udp4').send('x', 9, '127.0.0.1'); return 'sent'; },
  lookup: async () => JSON.stringify(await dns.lookup('localhost')),
  database: async ({ path }) => { new (await import('node:sqlite')).DatabaseSync(path).exec('create table t (a)'); return 'made'; },
  required: ({ path }) => { new (process.getBuiltinModule('node:sqlite').DatabaseSync)(path); return 'made'; },
  addon: () => createRequire(import.meta.url)('node:process').dlopen({ exports: {} }, '/nowhere.node'),
  binding: () => String(process.binding('tcp_wrap')),
  kill: () => String(process.kill(process.ppid, 0)),
  debug: () => String(process._debugProcess(process.ppid)),
  environment: ({ name }) => String(process.env[name]),
  everything: () => Object.values(process.env).join(' '),
};
export default definePlugin({ setup: (ctx) => ({ tools: [defineTool({
  name: 'attempt',
  description: 'Tries something',
  schema: { input: z.looseObject({ what: z.string() }), output: z.string() },
  effect: 'read',
  execute: async ({ what, ...more }, call) => {
    if (what === 'secret') return String(ctx.secret(more.name));
    try { return String(await attempts[what](more, call)); }
    catch (error) { return 'refused: ' + (error.cause?.message ?? error.message); }
  },
})] }) });
`;

const page = createServer((_, response) => response.end('a page'));
const line = createTcpServer((socket) => socket.end('a line'));
beforeAll(async () => {
  for (const server of [page, line]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  for (const server of [page, line]) server.close();
});
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

interface Scene extends Isolated {
  readonly attempt: (what: string, more?: Record<string, unknown>) => Promise<string>;
}

async function scene(
  sandbox: 'process' | 'bubblewrap',
  permissions: ManifestInput['permissions'],
  env: Record<string, string> = {},
): Promise<Scene> {
  const isolated = await openIsolated({
    code,
    sandbox,
    manifest: { provides: { tools: ['attempt'] }, permissions },
    env: { DEPLOY_TOKEN: 'a-secret-of-the-person', OTHER_TOKEN: 'another-secret', ...env },
  });
  put(join(isolated.home, '.ssh/id_ed25519'), 'a private key');
  put(join(isolated.cwd, 'src/index.ts'), 'the code');
  const tool = (await isolated.forge.get('tool', 'attempt')) as Tool<unknown, string>;
  const context = createToolContext({ workspace: isolated.cwd });
  return { ...isolated, attempt: (what, more = {}) => tool.execute({ what, ...more }, context) };
}

describe.each(['process', 'bubblewrap'] as const)('a plugin without permissions, sandbox %s', (sandbox) => {
  let it_: Scene;
  beforeAll(async () => {
    it_ = await scene(sandbox, {});
  });
  afterAll(() => it_.close());

  it.each<[string, (scene: Scene) => Record<string, unknown>]>([
    ['read', ({ home }) => ({ path: join(home, '.ssh/id_ed25519') })],
    ['read', ({ cwd }) => ({ path: join(cwd, 'src/index.ts') })],
    ['read', ({ forge }) => ({ path: join(forge.stateDirectory, '.gitignore') })],
    ['read', () => ({ path: '/etc/passwd' })],
    ['read', () => ({ path: '/proc/self/environ' })],
    ['write', ({ home }) => ({ path: join(home, 'left-behind') })],
    ['write', ({ cwd }) => ({ path: join(cwd, 'src/index.ts') })],
    ['link', ({ home }) => ({ path: './way-out', to: join(home, '.ssh') })],
    ['spawn', () => ({})],
    ['thread', () => ({})],
    ['fetch', () => ({ url: `http://127.0.0.1:${portOf(page)}/` })],
    ['raw', () => ({ host: '127.0.0.1', port: portOf(line) })],
    ['oldStyle', () => ({ host: '127.0.0.1', port: portOf(line) })],
    ['tls', () => ({ host: '127.0.0.1', port: portOf(line) })],
    ['unix', () => ({ path: '/var/run/docker.sock' })],
    ['listen', () => ({})],
    ['udp', () => ({})],
    ['lookup', () => ({})],
    ['database', ({ home }) => ({ path: join(home, 'x.db') })],
    ['required', ({ home }) => ({ path: join(home, 'x.db') })],
    ['addon', () => ({})],
    ['binding', () => ({})],
    ['kill', () => ({})],
    ['debug', () => ({})],
  ])('is refused: %s', async (what, more) => {
    expect(await it_.attempt(what, more(it_))).toMatch(/^refused: /);
    expect(existsSync(join(it_.home, 'left-behind')) || existsSync(join(it_.home, 'x.db'))).toBe(false);
    expect(readFileSync(join(it_.cwd, 'src/index.ts'), 'utf8')).toBe('the code');
  });

  it('sees no secret, and has no program started for it', async () => {
    expect(await it_.attempt('everything')).not.toMatch(/secret/);
    await expect(it_.attempt('secret', { name: 'DEPLOY_TOKEN' })).rejects.toMatchObject({ code: 'PERMISSION_MISSING' });
    expect(await it_.attempt('exec')).toMatch(/refused: .*would start a program/);
    const path = join(it_.cwd, 'left-by-a-program');
    expect(await it_.attempt('start', { path })).toMatch(/refused: .*would start a program/);
    expect(existsSync(path)).toBe(false);
  });
});

describe.each(['process', 'bubblewrap'] as const)('a plugin with permissions, sandbox %s', (sandbox) => {
  let it_: Scene;
  beforeAll(async () => {
    const permissions = { secrets: ['DEPLOY_TOKEN'], network: ['127.0.0.1'], workspace: 'write', exec: true } as const;
    it_ = await scene(sandbox, {
      ...permissions,
      secrets: [...permissions.secrets],
      network: [...permissions.network],
    });
  });
  afterAll(() => it_.close());

  it('reads and writes the workspace of the call, and nothing beside it', async () => {
    const path = join(it_.cwd, 'src/index.ts');
    expect(await it_.attempt('read', { path })).toBe('the code');
    expect(await it_.attempt('write', { path: join(it_.cwd, 'new.txt') })).toBe('undefined');
    expect(readFileSync(join(it_.cwd, 'new.txt'), 'utf8')).toBe('written by the plugin');
    expect(await it_.attempt('read', { path: join(it_.home, '.ssh/id_ed25519') })).toMatch(/^refused/);
    expect(await it_.attempt('write', { path: join(it_.home, 'left-behind') })).toMatch(/^refused/);
  });

  it('starts programs, itself and through the call', async () => {
    expect(await it_.attempt('spawn')).toBe('spawned\n');
    expect(await it_.attempt('exec')).toContain('executed');
    const path = join(it_.cwd, 'left-by-a-program');
    expect(await it_.attempt('start', { path })).toMatch(/refused: .*cannot talk with a program/);
    expect(existsSync(path)).toBe(false);
  });

  it('reads the secret that it names, and no other', async () => {
    expect(await it_.attempt('secret', { name: 'DEPLOY_TOKEN' })).toBe('a-secret-of-the-person');
    expect(await it_.attempt('environment', { name: 'DEPLOY_TOKEN' })).toBe('a-secret-of-the-person');
    expect(await it_.attempt('environment', { name: 'OTHER_TOKEN' })).toBe('undefined');
  });

  it('connects to the host that it names, and to no other', async () => {
    const [host, port] = ['127.0.0.1', portOf(line)];
    expect(await it_.attempt('fetch', { url: `http://127.0.0.1:${portOf(page)}/` })).toBe('a page');
    expect(await it_.attempt('raw', { host, port })).toBe('got a line');
    expect(await it_.attempt('oldStyle', { host, port })).toBe('got a line');
    expect(await it_.attempt('raw', { host: '127.0.0.2', port })).toMatch(/^refused: .*127\.0\.0\.2/);
    expect(await it_.attempt('unix', { path: '/var/run/docker.sock' })).toMatch(/^refused/);
  });
});
