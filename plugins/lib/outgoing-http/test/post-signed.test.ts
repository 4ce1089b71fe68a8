import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isForgeError } from '@forge/plugin-api';
import { beforeAll, afterAll, expect, test } from 'vitest';
import { postSigned } from '../src/index.ts';

let hosts: (string | undefined)[] = [];
const server = createServer((request, response) => {
  hosts.push(request.headers.host);
  response.end();
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

const clock = { now: () => 1_700_000_000_000, sleep: async () => {} };
const call = { signal: new AbortController().signal };

/** Posts to a name that leads to these addresses, one after the other each time it is asked for. */
async function post(answers: readonly (readonly string[])[], allowPrivate = false) {
  hosts = [];
  let asked = 0;
  const resolve = async () => {
    const addresses = answers[asked++] ?? [];
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  const { port } = server.address() as AddressInfo;
  const url = `http://hooks.example.org:${port}/`;
  const target = { id: '1', url, headers: { host: 'localhost' }, secret: 's', allowPrivate };
  const outcome = await postSigned(target, {}, call, { clock, resolve }).catch((error: unknown) => error);
  return { outcome, asked, reached: hosts.length };
}

test.each([
  ['leads to this machine', [['127.0.0.1']]],
  ['leads to a private network', [['10.0.0.1']]],
  ['leads to where a cloud keeps credentials', [['169.254.169.254']]],
  ['also leads to this machine', [['93.184.216.34', '127.0.0.1']]],
  ['leads nowhere', [[]]],
])('a name that %s is refused', async (_, answers) => {
  const { outcome, reached } = await post(answers);
  expect(isForgeError(outcome, 'WEBHOOK_FORBIDDEN')).toBe(true);
  expect(reached).toBe(0);
});

test('a name that leads elsewhere once it was looked at gains nothing: it is asked for once', async () => {
  const { asked, reached } = await post([['192.168.0.1'], ['127.0.0.1']]);
  expect([asked, reached]).toEqual([1, 0]);
});

test.each(['ftp://example.org/', 'file:///etc/passwd', 'nonsense', ''])('%s is no address', async (url) => {
  const target = { id: '1', url, headers: {}, secret: 's', allowPrivate: true };
  const error = await postSigned(target, {}, call, { clock }).catch((found: unknown) => found);
  expect(isForgeError(error, 'WEBHOOK_FORBIDDEN')).toBe(true);
});

test('a header that cannot be one is a failure that names no value', async () => {
  const target = { id: '1', url: 'http://127.0.0.1:1/', headers: { a: 'x\nsecret' }, secret: 's', allowPrivate: true };
  const error = await postSigned(target, {}, call, { clock }).catch((found: unknown) => found);
  expect(isForgeError(error, 'WEBHOOK_FAILED')).toBe(true);
  expect(JSON.stringify(error)).not.toContain('secret');
});
