import { answer, byAgent, byTurn, callTool, holdUntil } from '@forge/testkit/model-server';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CliEnd, entry, git, runCli, startCli, temporaryFolder } from './cli-process.ts';
import { greetingScript, greetingWorld, plan } from './scripted-run.ts';

const minutes = { timeout: 300_000 };

interface Status {
  readonly run: string;
  readonly status: string;
  readonly reason?: string;
  readonly waitsFor: readonly { id: string; kind: string; title: string; subjectHash: string; forYou: boolean }[];
  readonly change?: { readonly branch: string; readonly files: readonly string[] };
}

/** `forge mcp` as a process, and the official client in front of it. */
async function connected(script = greetingScript(), ...args: string[]) {
  const { cwd, env: given, server } = await greetingWorld(script);
  const park = { FORGE_QUESTIONS__ON_TIMEOUT: 'park' };
  const env = { PATH: process.env['PATH'] ?? '', HOME: temporaryFolder(), ...park, ...given };
  const forge = (...words: string[]): Promise<CliEnd> => runCli({ cwd, env }, ...words);
  const connect = async (...words: string[]) => {
    const client = new Client({ name: 'tester', version: '1' });
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [entry, 'mcp', ...words],
      env,
      cwd,
      stderr: 'pipe',
    });
    let stderr = '';
    transport.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await client.connect(transport, minutes);
    onTestFinished(() => client.close());
    return { client, transport, stderr: () => stderr };
  };
  return { cwd, env, forge, connect, modelServer: server, ...(await connect(...args)) };
}

async function call(client: Client, name: string, input: object = {}, options: object = {}) {
  const result = await client.callTool({ name, arguments: { ...input } }, undefined, { ...minutes, ...options });
  const [block] = result.content as { text: string }[];
  return { text: block?.text ?? '', isError: result.isError === true, data: result.structuredContent };
}

const start = { task: 'Write a greeting', waitSeconds: 600 };

async function parked(client: Client, options: object = {}): Promise<Status> {
  return (await call(client, 'start', start, options)).data as unknown as Status;
}

describe('forge mcp, by a real process and the official client', minutes, () => {
  it('says what it can, with schemas, and what only looks', async () => {
    const { client } = await connected();
    const { tools } = await client.listTools();
    const looking = tools.filter(({ annotations }) => annotations?.readOnlyHint === true).map(({ name }) => name);
    expect(tools.map(({ name }) => name).filter((name) => !looking.includes(name))).toEqual([
      'start',
      'answer',
      'resume',
      'stop',
    ]);
    expect(looking).toEqual(['runs', 'status', 'events', 'diff', 'memory_search']);
    for (const { name, inputSchema, outputSchema, description } of tools) {
      expect([name, inputSchema.type, description?.length]).toEqual([name, 'object', expect.any(Number)]);
      expect(outputSchema === undefined, name).toBe(name === 'diff');
    }
    expect(client.getInstructions()).toContain('Approvals belong to a person');
  });

  it('carries out a run, tells how it goes, and leaves the approval to a person', async () => {
    const { client, forge, cwd } = await connected();
    const progress: { progress: number; message?: string | undefined }[] = [];
    const { run, status, waitsFor, reason } = await parked(client, {
      onprogress: (one: { progress: number; message?: string }) => progress.push(one),
    });
    expect([status, waitsFor]).toEqual(['parked', [expect.objectContaining({ kind: 'approval', forYou: false })]]);
    expect(reason).toBeDefined();
    expect(progress.map(({ message }) => message)).toContainEqual(expect.stringMatching(/implementation/));
    expect(progress.map((one) => one.progress)).toEqual(progress.map((one) => one.progress).toSorted((a, b) => a - b));

    const [request] = waitsFor;
    const own = { request: request?.id, approved: true, subjectHash: request?.subjectHash };
    const refused = await call(client, 'answer', own);
    expect(refused).toMatchObject({ isError: true, text: expect.stringMatching(/^FORBIDDEN: .*forge approve/s) });
    expect((await forge('inbox')).stdout).toContain(request?.id);

    expect((await forge('approve', run)).code).toBe(0);
    const done = (await call(client, 'resume', { run, waitSeconds: 600 })).data as unknown as Status;
    expect(done).toMatchObject({ status: 'completed', waitsFor: [], change: { files: ['greeting.js'] } });
    expect(git(cwd, 'show', `${done.change?.branch}:greeting.js`)).toBe('export const greeting = "hello";');

    expect((await call(client, 'diff', { run })).text).toContain('+export const greeting = "hello";');
    const first = (await call(client, 'events', { run, limit: 3 })).data as { events: object[]; next: number };
    expect(first).toMatchObject({ events: [{ seq: 1, type: 'run.started' }, {}, {}], more: true });
    const rest = (await call(client, 'events', { after: first.next, full: true, limit: 500 })).data;
    expect(rest).toMatchObject({ more: false });
    expect((rest as { events: object[] }).events[0]).toMatchObject({ seq: first.next + 1, payload: {} });
    expect((await call(client, 'runs')).data).toMatchObject({ runs: [{ run, status: 'completed' }] });
    const learned = (await call(client, 'memory_search', { query: 'greeting' })).data as { memories: object[] };
    expect(learned.memories.length).toBeGreaterThan(0);
  });

  it('decides for a person where the person allowed it, about what was shown and nothing else', async () => {
    const { client, forge } = await connected(greetingScript(), '--allow-approve');
    const { run, waitsFor } = await parked(client);
    const request = waitsFor[0]?.id;
    const approved = { request, approved: true, subjectHash: waitsFor[0]?.subjectHash, waitSeconds: 600 };
    const { subjectHash: _, ...blind } = approved;
    expect((await call(client, 'answer', blind)).text).toMatch(/^USAGE: .*it takes "approved" and "subjectHash"/);
    expect((await call(client, 'answer', { ...approved, subjectHash: 'a'.repeat(64) })).text).toMatch(
      /^REQUEST_CHANGED/,
    );
    expect((await call(client, 'answer', approved)).data).toMatchObject({ run, status: 'completed' });
    expect((await forge('show', run)).stdout).toMatch(/through tester/);
  });

  it('answers a question about what is wanted, and goes on', async () => {
    const doubt = { question: 'In which language?', why: 'it is not said', assumption: 'English' };
    const unsure = { ...plan, assessment: { score: 0.4, gaps: ['language'] }, questions: [doubt] };
    const script = byAgent({
      planner: byTurn([answer(unsure), answer(plan)]),
      implementer: greetingScript(),
      reviewer: greetingScript(),
    });
    const { client, modelServer } = await connected(script);
    const { run, waitsFor } = await parked(client);
    expect(waitsFor).toEqual([expect.objectContaining({ kind: 'question', forYou: true })]);
    const answered = { request: run, answer: 'German', waitSeconds: 600 };
    expect((await call(client, 'answer', { ...answered, answer: undefined })).text).toMatch(/^USAGE/);
    expect((await call(client, 'answer', answered)).data).toMatchObject({
      run,
      waitsFor: [{ kind: 'approval', forYou: false }],
    });
    expect(modelServer.requests.some(({ raw }) => raw.includes('German'))).toBe(true);
  });

  it('tells errors with what to do, and checks what it is given', async () => {
    const { client } = await connected();
    expect(await call(client, 'status')).toMatchObject({
      isError: true,
      text: expect.stringMatching(/^RUN_NOT_FOUND/),
    });
    expect(await call(client, 'answer', { request: 'x', answer: 'y' })).toMatchObject({
      isError: true,
      text: expect.stringMatching(/^REQUEST_NOT_FOUND: .*\nTo do: /),
    });
    for (const wrong of [{}, { task: ' ' }, { task: 'x', budget: 5 }, { task: 'x', waitSeconds: -1 }]) {
      expect((await call(client, 'start', wrong)).isError, JSON.stringify(wrong)).toBe(true);
    }
    expect((await call(client, 'runs')).data).toEqual({ runs: [] });
  });

  it('a cancelled call ends the waiting; stop ends the run; a client that goes away parks what goes on', async () => {
    const released = Promise.withResolvers<void>();
    const hold = holdUntil(released.promise, callTool('fs_list', { path: '.' }));
    const done = answer({ summary: 'wrote it', commit: { type: 'feat', subject: 'add a greeting' } });
    const { client, connect, forge } = await connected(greetingScript([hold, hold, done]));
    const cancel = new AbortController();
    const seen = Promise.withResolvers<void>();
    const starting = call(client, 'start', start, {
      signal: cancel.signal,
      onprogress: ({ message = '' }) => {
        if (message.includes('greeting')) seen.resolve();
      },
    });
    await seen.promise;
    cancel.abort('enough');
    await expect(starting).rejects.toThrow();
    const { data } = await call(client, 'status');
    expect(data).toMatchObject({ status: 'running' });
    const { run } = data as unknown as Status;

    const stopping = call(client, 'stop', { run, waitSeconds: 600 });
    released.resolve();
    expect((await stopping).data).toMatchObject({ status: 'stopped', reason: expect.stringContaining('stop') });

    const other = await connect();
    expect((await call(other.client, 'resume', { run })).isError).toBe(false);
    await other.client.close();

    const watched = await forge('watch', run, '--json');
    expect(watched.objects.at(-1)).toMatchObject({ status: expect.not.stringMatching(/running/) });
  });

  it('works with the runs of a server', async () => {
    const { cwd, env, connect } = await connected();
    const server = startCli({ cwd, env }, 'serve', '--port', '0', '--json');
    const url = await server.says(/http:[^"]+(?=")/);
    const { client } = await connect('--server', url, '--allow-approve');
    const { run, status, waitsFor } = await parked(client);
    expect(status).toBe('parked');
    const approved = { request: run, approved: true, subjectHash: waitsFor[0]?.subjectHash, waitSeconds: 600 };
    expect((await call(client, 'answer', approved)).data).toMatchObject({ run, status: 'completed' });
    expect((await call(client, 'diff')).text).toContain('greeting.js');
    expect((await call(client, 'memory_search')).isError).toBe(false);
    server.kill('SIGINT');
    expect((await server.ended).code).toBe(0);
  });

  it('does not speak two languages at once', async () => {
    const { forge } = await connected();
    expect(await forge('mcp', '--json')).toMatchObject({ code: 2 });
  });
});
