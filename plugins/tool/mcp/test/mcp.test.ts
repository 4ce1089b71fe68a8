import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createToolContext } from '@forge/testkit/fakes';
import { describe, expect, test } from 'vitest';
import { everything, everythingOverHttp, filesystem, startTools } from './servers.ts';

const context = createToolContext({ workspace: '/nowhere' });
const found = async (tools: Awaited<ReturnType<typeof startTools>>, input: object) =>
  (await tools.find.execute(tools.find.schema.input.parse(input), context)) as {
    readonly tools: readonly { readonly server: string; readonly tool: string; readonly callWith: string }[];
    readonly found: number;
    readonly unreachable: readonly string[];
  };

describe('looking for tools', () => {
  test('the best fit comes first, with the way to call it', async () => {
    const tools = await startTools({ servers: { everything, files: filesystem().settings } });
    const { tools: fitting } = await found(tools, { query: 'write file' });
    expect(fitting[0]).toMatchObject({ server: 'files', tool: 'write_file', callWith: 'mcp_call' });
    expect(await found(tools, { query: 'sum' })).toMatchObject({ tools: [{ tool: 'get-sum', callWith: 'mcp_read' }] });
  });

  test('a limit says how many more there are', async () => {
    const tools = await startTools({ servers: { everything } });
    const some = await found(tools, { limit: 2 });
    expect(some.tools).toHaveLength(2);
    expect(tools.find.render?.(some)).toContain(`${some.found - 2} more fit`);
  });

  test('a server that does not start is named with what it said, and hides no other', async () => {
    const broken = { command: process.execPath, args: ['-e', 'console.error("no licence found"); process.exit(1)'] };
    const tools = await startTools({ servers: { broken, everything } });
    const { tools: fitting, unreachable } = await found(tools, { query: 'echo' });
    expect(fitting).toHaveLength(1);
    expect(unreachable).toEqual([expect.stringMatching(/"broken" cannot be reached.*no licence found/s)]);
  });

  test('a server whose list has no end is told, and not read for ever', async () => {
    const program = `require('node:readline').createInterface(process.stdin).on('line', (line) => {
      const { id, method, params } = JSON.parse(line);
      const result = method === 'initialize'
        ? { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'x', version: '1' } }
        : { tools: [{ name: 't', inputSchema: { type: 'object' } }], nextCursor: 'more' };
      if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
    });`;
    const tools = await startTools({ servers: { endless: { command: process.execPath, args: ['-e', program] } } });
    expect((await found(tools, {})).unreachable).toEqual([expect.stringContaining('more than 100 pages')]);
  });

  test('a command that is not there is told', async () => {
    const tools = await startTools({ servers: { missing: { command: '/no/such/server' } } });
    expect((await found(tools, {})).unreachable).toEqual([expect.stringContaining('ENOENT')]);
  });
});

describe('calling', () => {
  test('over stdio and over streamable HTTP alike', async () => {
    const http = await everythingOverHttp();
    const { read } = await startTools({ servers: { stdio: everything, http: http.settings } });
    for (const server of ['stdio', 'http']) {
      const sum = await read.execute({ server, tool: 'get-sum', arguments: { a: 2, b: 3 } }, context);
      expect(sum).toBe('The sum of 2 and 3 is 5.');
    }
  });

  test('what only reads is read, what writes is refused there', async () => {
    const { folder, settings } = filesystem();
    const { read, call } = await startTools({ servers: { files: settings } });
    const note = { server: 'files', tool: 'read_text_file', arguments: { path: join(folder, 'note.txt') } };
    expect(await read.execute(note, context)).toBe('remember the milk\n');
    const write = { server: 'files', tool: 'write_file', arguments: { path: join(folder, 'a'), content: 'b' } };
    await expect(read.execute(write, context)).rejects.toThrow('does not say that write_file only reads');
    await call.execute(write, context);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('b');
  });

  test('what the server refuses is an error with its words', async () => {
    const { read } = await startTools({ servers: { files: filesystem().settings } });
    const outside = { server: 'files', tool: 'read_text_file', arguments: { path: '/etc/passwd' } };
    await expect(read.execute(outside, context)).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      message: expect.stringContaining('Access denied'),
    });
  });

  test('pictures and links are words, not bytes', async () => {
    const { read } = await startTools({ servers: { everything } });
    const picture = await read.execute({ server: 'everything', tool: 'get-tiny-image', arguments: {} }, context);
    expect(picture).toMatch(/\[image, image\/png, \d+ bytes\]/);
  });

  test('a server that died is started again', async () => {
    const pid = { command: process.execPath, args: ['-e', dyingServer] };
    const { read } = await startTools({ servers: { pid } });
    const call = { server: 'pid', tool: 'die', arguments: {} };
    await expect(read.execute(call, context)).rejects.toMatchObject({ code: 'TOOL_FAILED' });
    await expect(read.execute(call, context)).rejects.toThrow(/die failed/);
  });

  test('an abort ends the wait, and the server goes on for others', async () => {
    const { read } = await startTools({ servers: { everything } });
    const stop = new AbortController();
    const slow = {
      server: 'everything',
      tool: 'trigger-long-running-operation',
      arguments: { duration: 600, steps: 1 },
    };
    const echo = { server: 'everything', tool: 'echo', arguments: { message: 'hello' } };
    await read.execute(echo, context);
    const waiting = read.execute(slow, { ...context, signal: stop.signal });
    const reason = new Error('stopped');
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(await read.execute(echo, context)).toBe('Echo: hello');
  });
});

describe('what a server gets to see', () => {
  test('only what its settings say, not the environment of Forge', async () => {
    process.env['FORGE_TEST_CANARY'] = 'canary';
    const servers = { everything: { ...everything, env: { GREETING: '${GREETING}', PLACE: '${PLACE:-here}' } } };
    const { read } = await startTools({ servers }, { env: { GREETING: 'hi', PLACE: undefined } });
    const env = String(await read.execute({ server: 'everything', tool: 'get-env', arguments: {} }, context));
    delete process.env['FORGE_TEST_CANARY'];
    expect(JSON.parse(env)).toMatchObject({ GREETING: 'hi', PLACE: 'here' });
    expect(env).not.toContain('canary');
  });

  test('a variable that is not set is told before anything starts', async () => {
    const servers = { everything: { ...everything, env: { TOKEN: '${TOKEN}' } } };
    await expect(startTools({ servers }, { env: { TOKEN: undefined } })).rejects.toThrow(
      'needs the environment variable TOKEN',
    );
  });
});

describe('.mcp.json', () => {
  const file = (servers: object) => ({ trusted: { '.mcp.json': JSON.stringify({ mcpServers: servers }) } });

  test('brings servers, as other programs write it; the options win', async () => {
    const broken = { command: '/no/such/server' };
    const inFile = file({ one: { type: 'stdio', ...everything }, two: broken });
    const tools = await startTools({ servers: { two: everything } }, inFile);
    const { tools: fitting, unreachable } = await found(tools, { query: 'echo' });
    expect([fitting.map(({ server }) => server), unreachable]).toEqual([['one', 'two'], []]);
  });

  test('is left alone when the options say so', async () => {
    const tools = await startTools({ servers: {}, projectFile: false }, file({ one: everything }));
    expect(await found(tools, {})).toMatchObject({ tools: [], found: 0 });
  });

  test.each(['{', '[]', '{"mcpServers":{"one":{"command":5}}}'])('that is %s is told with its place', async (text) => {
    await expect(startTools({ servers: {} }, { trusted: { '.mcp.json': text } })).rejects.toMatchObject({
      code: 'PLUGIN_OPTIONS',
      details: { where: '.mcp.json' },
    });
  });
});

/** Speaks just enough of the protocol to list one tool, and ends when it is called. */
const dyingServer = `
  const answer = (id, result) => console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
  const tool = { name: 'die', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } };
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    if (method === 'initialize') answer(id, { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'dying', version: '1' } });
    if (method === 'tools/list') answer(id, { tools: [tool] });
    if (method === 'tools/call') process.exit(1);
  });`;
