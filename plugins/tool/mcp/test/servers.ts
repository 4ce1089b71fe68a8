import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPluginContext, type PluginContextOptions } from '@forge/testkit/fakes';
import type { Tool } from '@forge/plugin-api';
import { onTestFinished } from 'vitest';
import plugin from '../src/index.ts';
import { optionsSchema, type McpOptions } from '../src/options.ts';

const entryOf = (name: string) => fileURLToPath(import.meta.resolve(`@modelcontextprotocol/${name}/dist/index.js`));

/** The reference servers of the protocol, as they come from npm. */
export const everything = { command: process.execPath, args: [entryOf('server-everything'), 'stdio'] };

/** Serves a folder with one file in it. */
export function filesystem() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'forge-mcp-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'note.txt'), 'remember the milk\n');
  return { folder, settings: { command: process.execPath, args: [entryOf('server-filesystem'), folder] } };
}

/** The reference server over streamable HTTP. */
export async function everythingOverHttp() {
  const port = await freePort();
  const child = spawn(process.execPath, [entryOf('server-everything'), 'streamableHttp'], {
    env: { PATH: process.env['PATH'], PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    child.stderr.on('data', (chunk: Buffer) => chunk.includes('listening') && resolve());
  });
  return { settings: { url: `http://127.0.0.1:${port}/mcp` }, child };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface Tools {
  readonly find: Tool;
  readonly read: Tool;
  readonly call: Tool;
}

/** The plugin as the kernel would start it, with these servers. */
export async function startTools(
  options: Partial<McpOptions> | { readonly servers: Readonly<Record<string, unknown>> },
  around: Omit<PluginContextOptions<McpOptions>, 'options'> = {},
): Promise<Tools> {
  const started = await plugin.setup(createPluginContext({ options: optionsSchema.parse(options), ...around }));
  onTestFinished(async () => started.stop?.());
  const [find, read, call] = started.tools as readonly [Tool, Tool, Tool];
  return { find, read, call };
}
