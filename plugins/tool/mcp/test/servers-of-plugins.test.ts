import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ForgeError, forgeError, type McpServers, type McpServerSettings } from '@forge/plugin-api';
import { createPluginContext, createRecordingLogger, createToolContext } from '@forge/testkit/fakes';
import { describe, expect, onTestFinished, test } from 'vitest';
import plugin from '../src/index.ts';
import { optionsSchema } from '../src/options.ts';
import { everything, everythingOverHttp, startTools } from './servers.ts';

const context = createToolContext({ workspace: '/nowhere' });
const sum = (server: string) => ({ server, tool: 'get-sum', arguments: { a: 2, b: 3 } });
const reference: McpServerSettings = { ...everything, env: {}, cwd: process.cwd() };

/** What the kernel would say of the servers of plugins, by `plugin:server`. */
function broughtBy(all: Readonly<Record<string, McpServerSettings | Error>>, faults: readonly ForgeError[] = []) {
  const asked: string[] = [];
  const mcpServers: McpServers = {
    list: async () => ({
      servers: Object.keys(all).map((name) => ({ name, plugin: name.split(':')[0] ?? '' })),
      faults,
    }),
    settings: async (name) => {
      asked.push(name);
      const found = all[name];
      if (found === undefined || found instanceof Error) throw found ?? new Error(`no ${name}`);
      return found;
    },
  };
  return { asked, mcpServers };
}

test('a server of a plugin is there by its whole name, and is asked for when it starts', async () => {
  const { asked, mcpServers } = broughtBy({ 'reports:figures': reference });
  const { read, find } = await startTools({ servers: { everything } }, { mcpServers });
  expect(asked).toEqual([]);
  expect(await read.execute(sum('reports:figures'), context)).toBe('The sum of 2 and 3 is 5.');
  expect(await read.execute(sum('reports:figures'), context)).toBe('The sum of 2 and 3 is 5.');
  expect(asked).toEqual(['reports:figures']);
  const { tools } = (await find.execute(find.schema.input.parse({ query: 'sum' }), context)) as {
    readonly tools: readonly { readonly server: string }[];
  };
  expect(tools.map(({ server }) => server)).toEqual(['everything', 'reports:figures']);
});

test('what is not approved any more does not start, with the reason', async () => {
  const changed = forgeError('PLUGIN_CHANGED', 'It is another one');
  const { mcpServers } = broughtBy({ 'reports:figures': changed });
  const { read } = await startTools({ servers: {} }, { mcpServers });
  await expect(read.execute(sum('reports:figures'), context)).rejects.toMatchObject({ code: 'PLUGIN_CHANGED' });
});

test('what is left out is told', async () => {
  const log = createRecordingLogger();
  const { mcpServers } = broughtBy({}, [forgeError('PLUGIN_CHANGED', 'It is another one')]);
  await startTools({ servers: {} }, { mcpServers, log });
  expect(JSON.stringify(log.entries)).toContain('MCP servers are left out: It is another one');
});

test('no text of a plugin stands for a variable', async () => {
  const { mcpServers } = broughtBy({ 'reports:env': { ...reference, env: { GREETING: '${GREETING}' } } });
  const { read } = await startTools({ servers: {} }, { mcpServers, env: { GREETING: 'hi' } });
  const env = await read.execute({ server: 'reports:env', tool: 'get-env', arguments: {} }, context);
  expect(JSON.parse(String(env))).toMatchObject({ GREETING: '${GREETING}' });
});

describe('a remote server of a plugin', () => {
  test('is reached over streamable HTTP, with its headers', async () => {
    const { settings } = await everythingOverHttp();
    const { mcpServers } = broughtBy({ 'reports:far': { ...settings, headers: { 'X-Tenant': 'acme' } } });
    const { read } = await startTools({ servers: {} }, { mcpServers });
    expect(await read.execute(sum('reports:far'), context)).toBe('The sum of 2 and 3 is 5.');
  });

  test('gets its headers where it was said to be, and nobody else gets them', async () => {
    const got: (string | undefined)[] = [];
    const elsewhere = createServer((request, response) => {
      got.push(String(request.headers['x-tenant']));
      response.writeHead(500).end();
    });
    const there = await listening(elsewhere);
    const here = createServer((_, response) => response.writeHead(307, { location: `${there}/mcp` }).end());
    const url = `${await listening(here)}/mcp`;
    const { mcpServers } = broughtBy({ 'reports:far': { url, headers: { 'X-Tenant': 'acme' } } });
    const { read } = await startTools({ servers: {} }, { mcpServers });
    await expect(read.execute(sum('reports:far'), context)).rejects.toMatchObject({ code: 'TOOL_FAILED' });
    expect(got).toEqual([]);
  });
});

describe('the check', () => {
  const start = async (
    around: Pick<Parameters<typeof createPluginContext>[0] & object, 'mcpServers'>,
    servers: object,
  ) => {
    const options = optionsSchema.parse({ servers });
    const started = await plugin.setup(createPluginContext({ options, ...around }) as never);
    onTestFinished(async () => started.stop?.());
    return (only?: string) => {
      const { signal } = new AbortController();
      return started.check?.(only === undefined ? { signal } : { signal, plugin: only });
    };
  };
  const broken = { command: process.execPath, args: ['-e', 'console.error("no licence"); process.exit(1)'] };

  test('starts every server and says what each has', async () => {
    const check = await start(broughtBy({ 'reports:figures': reference }), { broken });
    const found = await check();
    expect(found?.ok).toBe(false);
    expect(found?.detail).toMatch(/"broken" cannot be reached.*no licence.*; reports:figures: \d+ tools/s);
  });

  test('of one plugin tries no other server', async () => {
    const check = await start(broughtBy({ 'reports:figures': reference }), { broken });
    expect(await check('reports')).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/^reports:figures: \d+ tools$/),
    });
  });
});

async function listening(server: Server): Promise<string> {
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
