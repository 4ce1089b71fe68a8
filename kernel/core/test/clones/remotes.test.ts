import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { isPublicAddress } from '../../src/clones/public-address.ts';
import { createRemotes } from '../../src/clones/remotes.ts';
import { systemClock } from '../../src/world/system-clock.ts';

vi.setConfig({ testTimeout: 60_000 });

const settings = {
  cloneProtocols: ['https', 'http'],
  privateCloneHosts: [] as string[],
  cloneCredentials: [],
  cloneMinutes: 1,
  cloneMegabytes: 10,
} satisfies Parameters<typeof createRemotes>[0];
const call = { signal: new AbortController().signal, onProgress: () => {} };

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'forge-remotes-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function remotes(addresses: readonly string[], more: Partial<typeof settings> = {}) {
  const resolve = async () => addresses.map((address) => ({ address }));
  return createRemotes({ ...settings, ...more }, { env: { PATH: process.env['PATH'] }, clock: systemClock, resolve });
}

test.each([
  ['a private address', 'http://10.0.0.7/shop.git', []],
  ['this machine', 'http://127.0.0.1/shop.git', []],
  ['where clouds keep credentials', 'http://169.254.169.254/shop.git', []],
  ['an address in another writing', 'http://0x7f000001/shop.git', []],
  ['this machine by IPv6', 'http://[::1]/shop.git', []],
  ['a name that leads to a private address', 'https://git.example.org/shop.git', ['10.0.0.7']],
  ['a name that leads there, too', 'https://git.example.org/shop.git', ['93.184.216.34', '192.168.1.1']],
])('%s is not asked', async (_, url, addresses) => {
  const directory = join(place(), 'clone');
  await expect(remotes(addresses).follow(directory, url, call)).rejects.toMatchObject({ code: 'CLONE_FORBIDDEN' });
});

test('git connects to the address that was looked at, whatever the name leads to then', async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.host);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  // No resolver knows this name.
  const url = `http://git.invalid:${port}/shop.git`;
  const allowed = remotes(['127.0.0.1'], { privateCloneHosts: ['git.invalid'] });
  await expect(allowed.follow(join(place(), 'clone'), url, call)).rejects.toMatchObject({ code: 'CLONE_FAILED' });
  expect(asked).toContain(`git.invalid:${port}`);
});

test.each([
  ['93.184.216.34', true],
  ['2606:2800:220:1:248:1893:25c8:1946', true],
  ['10.1.2.3', false],
  ['169.254.169.254', false],
  ['168.63.129.16', false],
  ['::ffff:10.0.0.1', false],
  ['fe80::1', false],
  ['fc00::1', false],
  ['0.0.0.0', false],
  ['git.example.org', false],
])('%s is public: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});
