import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPluginContext } from '@forge/testkit/fakes';
import { expect, onTestFinished, test } from 'vitest';
import plugin from '../src/index.ts';
import { optionsSchema } from '../src/options.ts';
import { refuse, startJiraServer, token } from './jira-server.ts';

const email = 'me@acme.example';
const { signal } = new AbortController();

/** The plugin's own check, as `forge plugin add` calls it. */
async function check(options: { readonly site: string; readonly email?: string }, secret: string | undefined = token) {
  const context = createPluginContext({ options: optionsSchema.parse(options), env: { JIRA_API_TOKEN: secret } });
  const { check: own } = await plugin.setup(context as never);
  return own?.({ signal });
}

test.each([{ email }, {}])('it says whose the token is: %o', async (account) => {
  const { url, requests } = await startJiraServer();
  expect(await check({ site: url, ...account })).toEqual({ ok: true, detail: `${url} knows the token as ${email}` });
  expect(requests.map(({ path }) => path)).toEqual(['/rest/api/3/myself']);
});

test('a token that is not taken says what to set, with the words of Jira', async () => {
  const { url } = await startJiraServer();
  const withEmail = await check({ site: url, email }, 'wrong');
  expect(withEmail?.ok).toBe(false);
  expect(withEmail?.detail).toMatch(
    /^Jira refused: Client must be authenticated.* — set JIRA_API_TOKEN to .* of me@acme/,
  );
  expect((await check({ site: url }, 'wrong'))?.detail).toMatch(/personal access token.*the option "email"/);
  expect(JSON.stringify(withEmail)).not.toContain('wrong');
});

test.each([
  [403, /log in to the site once in a browser/],
  [404, /no REST API v3 of Jira at http.*correct the option "site"/],
  [500, /^Jira refused: HTTP status 500$/],
] as const)('a refusal with %i says what to do', async (status, words) => {
  const { url, faults } = await startJiraServer();
  for (let time = 0; time < 5; time++) faults.push((response) => refuse(response, status, {}));
  const found = await check({ site: url, email });
  expect(found?.ok).toBe(false);
  expect(found?.detail).toMatch(words);
});

test('who waits for it is not kept waiting by a busy server', async () => {
  const { url, faults, requests } = await startJiraServer();
  faults.push((response) => refuse(response, 429, {}, { 'retry-after': '30' }));
  expect((await check({ site: url, email }))?.detail).toMatch(/try again later/);
  expect(requests).toHaveLength(1);
});

test('a site that is no Jira says so', async () => {
  const page = await serve((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
  );
  expect((await check({ site: page }))?.detail).toMatch(/is "site" right \(http/);
  const other = await serve((_request, response) => response.writeHead(200).end('{"name":"Mia"}'));
  expect((await check({ site: other }))?.detail).toMatch(/unknown shape — is "site" right/);
  const moved = await serve((_request, response) => response.writeHead(302, { location: page }).end());
  expect((await check({ site: moved }))?.detail).toMatch(/could not be reached.*is "site" right/);
  expect((await check({ site: 'http://127.0.0.1:1' }))?.detail).toMatch(/could not be reached.*is "site" right/);
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
