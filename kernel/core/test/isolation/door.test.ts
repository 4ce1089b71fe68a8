import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@forge/plugin-api';
import { expect, it, onTestFinished } from 'vitest';
import { type DoorOptions, openDoor } from '../../src/isolation/door.ts';

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** What comes back through the door for what is said at it. */
async function throughDoor(said: string, options: Partial<DoorOptions> = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'forge-door-'));
  const path = join(folder, 'door');
  const door = await openDoor({ path, hosts: ['127.0.0.1'], namedHosts: [], plugin: 'p', log: silent, ...options });
  onTestFinished(async () => {
    await door.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(path);
    socket.on('data', (chunk) => (heard += chunk.toString()));
    socket.on('close', () => resolve(heard));
    socket.on('error', reject);
    socket.write(said);
  });
}

/** The port of a server of this machine that says what it heard. */
async function outside(): Promise<number> {
  const server = createServer((socket) => socket.once('data', (chunk) => socket.end(`heard ${chunk.toString()}`)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

it('connects to a host that it may, with what was said right behind the address', async () => {
  expect(await throughDoor(`127.0.0.1:${await outside()}\nhello`)).toBe('heard hello');
});

const leadingHere = async () => [{ address: '127.0.0.1', family: 4 }];

it('goes to no name of this machine that the author of the plugin chose', async () => {
  const said = `api.example.org:${await outside()}\nhello`;
  expect(await throughDoor(said, { hosts: ['api.example.org'], resolve: leadingHere })).toBe('');
});

it.each([
  ['is named by the options of the person', 'shop.internal', ['shop.internal']],
  ['says so by its name', 'localhost', []],
])('goes to a name of this machine that %s', async (_, host, namedHosts) => {
  const said = `${host}:${await outside()}\nhello`;
  expect(await throughDoor(said, { hosts: [host], namedHosts, resolve: leadingHere })).toBe('heard hello');
});

it.each([
  ['another host', '127.0.0.2:80\n'],
  ['a port that cannot be', '127.0.0.1:65536\n'],
  ['a port of many digits', `127.0.0.1:${'9'.repeat(40)}\n`],
  ['no port', '127.0.0.1\n'],
  ['nothing', '\n'],
  ['no end of line', 'x'.repeat(1_000)],
])('shuts at %s, and Forge stays up', async (_, said) => {
  expect(await throughDoor(said)).toBe('');
});
