import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { searchPlugins } from '../../src/installation/search-plugins.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const signal = new AbortController().signal;

async function registry(status: number, objects: readonly object[] = []) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://registry').searchParams.get('text') ?? '');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ objects: objects.map((each) => ({ package: each })), total: objects.length }));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return { asked, url: `http://127.0.0.1:${port}/` };
}

/** A project whose npm settings name that registry. */
function search(url: string, ...words: string[]) {
  const cwd = temporaryFolder({ 'package.json': {}, '.npmrc': `registry=${url}\n` });
  const { PATH } = process.env;
  return searchPlugins({ cwd, env: { PATH, HOME: temporaryFolder() } }, words, signal);
}

const pack = (name: string, keywords?: readonly string[]) => ({
  name,
  version: '1.2.0',
  description: `about ${name}`,
  ...(keywords === undefined ? {} : { keywords }),
  date: '2026-01-01T00:00:00.000Z',
  publisher: { username: 'ada' },
  maintainers: [{ username: 'ada' }],
});

it('asks the registry of the project, and gives plugins alone', async () => {
  const { asked, url } = await registry(200, [
    pack('forge-plugin-jira', ['forge-plugin', 'jira']),
    pack('forge-files', ['files']),
    pack('nothing-said'),
  ]);
  expect(await search(url, 'jira', 'issues')).toEqual([
    { name: 'forge-plugin-jira', version: '1.2.0', description: 'about forge-plugin-jira' },
  ]);
  expect(asked).toContain('keywords:forge-plugin jira issues');
});

it('gives nothing where there is nothing', async () => {
  const { url } = await registry(200);
  expect(await search(url, 'spoons')).toEqual([]);
});

it.each([
  ['nobody listens', async () => 'http://127.0.0.1:9/'],
  ['the registry cannot search', async () => (await registry(404)).url],
])('says so when %s', async (_, place) => {
  await expect(search(await place(), 'jira')).rejects.toMatchObject({
    code: 'REGISTRY_UNREACHABLE',
    details: { why: expect.stringMatching(/ECONNREFUSED|404/) },
  });
});
