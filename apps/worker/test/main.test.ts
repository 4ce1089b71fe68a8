import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@forge/core';
import type { AgentPlace } from '@forge/plugin-api';
import { createAgentContext } from '@forge/testkit/fakes';
import { serveExecution } from '@forge/worker-protocol';
import { describe, expect, it, onTestFinished } from 'vitest';

const entry = fileURLToPath(new URL('../src/main.worker.ts', import.meta.url));
const folder = fileURLToPath(new URL('fixtures/agents', import.meta.url));
const compiled = fileURLToPath(new URL('../../../node_modules/.cache/compiled/', import.meta.url));
const args = ['--conditions=@forge/source', '--disable-warning=ExperimentalWarning', entry];
const variables = { SOME_SITE: 'https://example.org', SOME_TOKEN: 'abcdef-token' };

/** A worker of another machine, so to say: it knows an address and a token, and has its own folder. */
async function remoteWorker(token: string) {
  const connected = Promise.withResolvers<Socket>();
  const server = createServer((socket) => connected.resolve(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const home = mkdtempSync(join(tmpdir(), 'forge-worker-test-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const { port } = server.address() as AddressInfo;
  const env = { HOME: home, TMPDIR: home, FORGE_WORKER_TOKEN: token, NODE_COMPILE_CACHE: compiled };
  const child = spawn(process.execPath, [...args, '--connect', `127.0.0.1:${port}`], { env });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<{ code: number | null; stderr: string; left: string[] }>((resolve) => {
    child.on('close', (code) => resolve({ code, stderr, left: readdirSync(home) }));
  });
  return { stream: await connected.promise, ended };
}

function serve(stream: Socket, agent: string, options = {}, context = createAgentContext()) {
  const place: AgentPlace = { agent, plugin: 'some-agents', folder, origin: 'configuration', options, variables };
  return serveExecution({
    stream,
    token: 'of-this-execution',
    clock: systemClock,
    context,
    job: { runId: 'run', executionId: 'planning/1', agent, input: null },
    place,
  });
}

describe('forge worker over a socket', () => {
  it('carries out an execution with the token for it, stops the plugin, and leaves nothing behind', async () => {
    const { stream, ended } = await remoteWorker('of-this-execution');
    const context = createAgentContext({ callTool: async (name) => ({ ok: true, text: `result of ${name}` }) });
    expect(await serve(stream, 'asks', {}, context)).toEqual({ ok: true, text: 'result of fs_read' });
    expect(await ended).toEqual({ code: 0, stderr: 'stopped\n', left: [] });
  });

  it('gives the plugin its options and variables, which are not in the environment, and a folder of its own', async () => {
    const { stream, ended } = await remoteWorker('of-this-execution');
    expect(await serve(stream, 'shows what it got', { size: 7 })).toEqual({
      size: 7,
      site: 'https://example.org',
      token: 'abcdef-token',
      state: true,
      manifest: true,
      interactive: false,
      inEnvironment: [],
    });
    await ended;
  });

  it.each([
    ['options that its schema refuses', 'asks', { size: 'big' }, 'PLUGIN_OPTIONS'],
    ['an agent that it does not have', 'sings', {}, 'CONTRIBUTION_NOT_FOUND'],
  ])('says what is wrong with %s', async (_, agent, options, code) => {
    const { stream, ended } = await remoteWorker('of-this-execution');
    const error: { code?: string; errors?: { code: string }[] } = await serve(stream, agent, options).then(
      () => expect.fail('succeeded'),
      (reason: object) => reason,
    );
    expect(error.code ?? error.errors?.[0]?.code).toBe(code);
    expect((await ended).code).toBe(0);
  });

  it('ends when nobody is there, with why', async () => {
    const { status, stderr } = spawnSync(process.execPath, [...args, '--connect', '127.0.0.1:1'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('ECONNREFUSED') });
  });

  it('ends when its token is that of another execution, with why', async () => {
    const { stream, ended } = await remoteWorker('of-another-one');
    await expect(serve(stream, 'asks')).rejects.toMatchObject({ code: 'PERMISSION_MISSING' });
    expect(await ended).toEqual({
      code: 1,
      stderr: 'forge worker: The token is not that of this execution\n',
      left: [],
    });
  });
});
