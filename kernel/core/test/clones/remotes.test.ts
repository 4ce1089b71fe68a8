import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { isPublicAddress } from '../../src/world/public-address.ts';
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
  const resolve = async () => addresses.map((address) => ({ address, family: isIP(address) }));
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

const line = (text: string) => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`;
const up = 'refs/heads/../../../../victim';
const commit = 'a'.repeat(40);

/** What a host answers to `ls-remote`, in each version of the protocol, when it lies about its default branch. */
const lies = {
  0: { announced: `${line(`${commit} HEAD\0symref=HEAD:${up}\n`)}0000`, refs: '' },
  2: {
    announced: `${line('version 2\n')}${line('ls-refs\n')}${line('fetch\n')}${line('object-format=sha1\n')}0000`,
    refs: `${line(`${commit} HEAD symref-target:${up}\n`)}0000`,
  },
};

test.each([0, 2] as const)('a branch that a host makes up leads nowhere, protocol %i', async (version) => {
  const folder = place();
  const victim = join(folder, 'victim.lock');
  writeFileSync(victim, '');
  const { announced, refs } = lies[version];
  const server = createServer(({ method }, response) => {
    const what = method === 'POST' ? 'result' : 'advertisement';
    response.setHeader('content-type', `application/x-git-upload-pack-${what}`);
    response.end(method === 'POST' ? refs : `${line('# service=git-upload-pack\n')}0000${announced}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/shop.git`;
  const allowed = remotes([], { privateCloneHosts: ['127.0.0.1'] });
  await expect(allowed.follow(join(folder, 'clone'), url, call)).rejects.toMatchObject({
    code: version === 0 ? 'REPOSITORY_EMPTY' : 'CLONE_FAILED',
  });
  expect(existsSync(victim)).toBe(true);
});

test('by ssh nobody is asked, no unknown host is talked to, and no key is lent', async () => {
  const folder = place();
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
  git('init', '--quiet', '--initial-branch=main', 'shop');
  git('-C', 'shop', '-c', 'user.name=P', '-c', 'user.email=p@example.org', 'commit', '-q', '--allow-empty', '-m', 'x');
  // What the other machine would do, and what ssh was started with.
  mkdirSync(join(folder, 'bin'));
  const ssh = '#!/bin/sh\nprintf "%s\\n" "$SSH_AUTH_SOCK" "$@" > "$0.log"\nfor last; do :; done\nexec sh -c "$last"\n';
  writeFileSync(join(folder, 'bin/ssh'), ssh, { mode: 0o755 });
  const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, SSH_AUTH_SOCK: '/agent' };
  const bySsh = createRemotes({ ...settings, cloneProtocols: ['ssh'] }, { env, clock: systemClock });
  for (const [url, host] of [
    [`ssh://git@git.example.org:2222${folder}/shop`, ['-p', '2222', 'git@git.example.org']],
    [`git.example.org:${folder}/shop`, ['git.example.org']],
  ] as const) {
    const directory = join(folder, `clone-${host.length}`);
    await bySsh.follow(directory, url, call);
    expect(git('-C', directory, 'rev-parse', 'HEAD')).toBe(git('-C', 'shop', 'rev-parse', 'HEAD'));
    const [agent, ...args] = readFileSync(join(folder, 'bin/ssh.log'), 'utf8').trim().split('\n');
    expect(agent).toBe('/agent');
    const options = ['BatchMode=yes', 'StrictHostKeyChecking=yes', 'ForwardAgent=no'];
    expect(args).toEqual(expect.arrayContaining([...options, ...host]));
  }
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
