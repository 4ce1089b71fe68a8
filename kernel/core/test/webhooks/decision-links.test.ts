import { createHmac } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDecisionLinks, mayBeLinkOf } from '../../src/webhooks/decision-links.ts';
import { createWebhookKeys } from '../../src/webhooks/webhook-keys.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const request = { id: '01JREQUEST', subjectHash: 'abc' };

function linksIn(folder: string, now = 0) {
  const keys = createWebhookKeys(async () => folder);
  const clock = { now: () => now, sleep: async () => {} };
  return createDecisionLinks('https://forge.example.org/', { keys, clock, repository: folder });
}

async function tokenIn(folder: string): Promise<string> {
  const url = (await linksIn(folder).urlFor(request)) ?? '';
  expect(url).toMatch(/^https:\/\/forge\.example\.org\/decide\/[\w-]+\.[\w-]+$/);
  return url.slice(url.lastIndexOf('/') + 1);
}

test('a link names the request and what was shown, to every process of this repository, for twelve hours', async () => {
  const folder = temporaryFolder();
  const token = await tokenIn(folder);
  const hours = 3_600_000;
  expect(await linksIn(folder, 12 * hours - 1).read(token)).toEqual({
    place: expect.stringMatching(/^[\w-]{16}$/),
    requestId: '01JREQUEST',
    subjectHash: 'abc',
    expiresAt: 12 * hours,
  });
  expect(await linksIn(folder, 12 * hours).read(token)).toBeUndefined();
  expect(statSync(join(folder, 'webhook.key')).mode & 0o777).toBe(0o600);
});

test('without an address there are none', async () => {
  const keys = createWebhookKeys(async () => temporaryFolder());
  const clock = { now: () => 0, sleep: async () => {} };
  expect(await createDecisionLinks(undefined, { keys, clock, repository: '/r' }).urlFor(request)).toBeUndefined();
});

test('of another repository, changed or cut, it is worth nothing', async () => {
  const folder = temporaryFolder();
  const token = await tokenIn(folder);
  const [content = '', seal = ''] = token.split('.');
  const other = Buffer.from(JSON.stringify({ ...request, requestId: 'x', expiresAt: 1e15 })).toString('base64url');
  const links = linksIn(folder);
  for (const bad of [
    '',
    '.',
    content,
    `${content}.`,
    `${other}.${seal}`,
    `${content}.${seal.slice(1)}`,
    `${content}x.${seal}`,
  ])
    expect(await links.read(bad), bad).toBeUndefined();
  expect(await linksIn(temporaryFolder()).read(token)).toBeUndefined();
});

test('of which repository it is can be seen without opening any, and is no path', async () => {
  const [folder, other] = [temporaryFolder(), temporaryFolder()];
  const token = await tokenIn(folder);
  expect([mayBeLinkOf(token, folder), mayBeLinkOf(token, other)]).toEqual([true, false]);
  expect(Buffer.from(token, 'base64url').toString()).not.toContain(folder);
  for (const bad of ['', 'x', 'x.y', Buffer.from('{}').toString('base64url')])
    expect(mayBeLinkOf(bad, folder)).toBe(false);
});

test('one of a version before is not valid any more', async () => {
  const folder = temporaryFolder();
  const key = await createWebhookKeys(async () => folder).derive('decision links');
  const content = Buffer.from(JSON.stringify({ requestId: 'r', subjectHash: 'a', expiresAt: 1e15 })).toString(
    'base64url',
  );
  const seal = createHmac('sha256', key).update(content).digest('base64url');
  expect(await linksIn(folder).read(`${content}.${seal}`)).toBeUndefined();
});
