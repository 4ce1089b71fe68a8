import { forgeError, isForgeError, type Json, type Logger } from '@forge/plugin-api';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { CallToolResult, Tool as ServerTool } from '@modelcontextprotocol/sdk/types.js';
import type { McpOptions, ServerSettings } from './options.ts';

/** One configured server. It is started when something is first asked of it, and again after it went away. */
export interface McpServer {
  readonly name: string;
  /** That brings it; undefined for one of the options or of the repository. */
  readonly plugin: string | undefined;
  tools(signal: AbortSignal): Promise<readonly ServerTool[]>;
  call(tool: string, input: Readonly<Record<string, Json>>, signal: AbortSignal): Promise<CallToolResult>;
  close(): Promise<void>;
}

export interface McpServerDeps {
  readonly name: string;
  readonly plugin?: string | undefined;
  /** Asked for before every start. */
  settings(): Promise<ServerSettings>;
  readonly limits: Pick<McpOptions, 'startMs' | 'callMs'>;
  readonly log: Logger;
}

/** Kept of what a server writes to stderr, in characters: enough to say why it did not start. */
const keptStderr = 2_000;
/** A server whose list has no end would keep Forge reading for ever. */
const mostPages = 100;

export function createMcpServer({ name, plugin, settings: settingsNow, limits, log }: McpServerDeps): McpServer {
  let connecting: Promise<Client> | undefined;
  let listed: Promise<readonly ServerTool[]> | undefined;
  let stderr = '';

  /** Another connection may have taken the place of that one by then. */
  const forget = (which: Promise<Client> | undefined) => {
    if (which !== connecting) return;
    connecting = undefined;
    listed = undefined;
  };

  function connect(): Promise<Client> {
    const made: Promise<Client> = open(() => forget(made));
    return made;
  }

  async function open(onGone: () => void): Promise<Client> {
    stderr = '';
    const onChanged = () => (listed = undefined);
    const client = new Client(
      { name: 'forge', version: '0.1.0' },
      { listChanged: { tools: { autoRefresh: false, onChanged } } },
    );
    client.onclose = onGone;
    client.onerror = (error) => log.debug('an MCP server misbehaves', { server: name, error: error.message });
    let where: string | undefined;
    try {
      const settings = await settingsNow();
      where = 'url' in settings ? settings.url : settings.command;
      await client.connect(transport(settings), { timeout: limits.startMs });
      return client;
    } catch (error) {
      onGone();
      await client.close().catch(() => undefined);
      throw isForgeError(error) ? error : unreachable(error, where);
    }
  }

  function transport(settings: ServerSettings): Transport {
    if ('url' in settings) {
      // It follows redirects to the same origin alone, so headers go nowhere else.
      return new StreamableHTTPClientTransport(new URL(settings.url), { requestInit: { headers: settings.headers } });
    }
    const { command, args, env, cwd } = settings;
    const process = new StdioClientTransport({
      command,
      args: [...args],
      env: { ...env },
      stderr: 'pipe',
      ...(cwd ? { cwd } : {}),
    });
    process.stderr?.on('data', (chunk: Buffer) => {
      stderr = `${stderr}${chunk.toString('utf8')}`.slice(-keptStderr);
    });
    return process;
  }

  function unreachable(error: unknown, where?: string) {
    return forgeError('TOOL_FAILED', `The MCP server "${name}" cannot be reached: ${wordsOf(error)}`, {
      ...(where === undefined ? {} : { where }),
      ...(stderr.trim() === '' ? {} : { why: stderr.trim() }),
      cause: error,
    });
  }

  /** Aborting leaves the connection to the others who use it. */
  const connected = (signal: AbortSignal) => untilAborted((connecting ??= connect()), signal);

  async function list(client: Client): Promise<readonly ServerTool[]> {
    const found: ServerTool[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages === 0 || cursor !== undefined; pages += 1) {
      if (pages === mostPages) throw new Error(`its list of tools has more than ${mostPages} pages`);
      const page = await client.listTools({ cursor }, { timeout: limits.callMs });
      found.push(...page.tools);
      cursor = page.nextCursor;
    }
    return found;
  }

  return {
    name,
    plugin,
    async tools(signal) {
      const client = await connected(signal);
      listed ??= list(client).catch((error: unknown) => {
        listed = undefined;
        throw unreachable(error);
      });
      return untilAborted(listed, signal);
    },
    async call(tool, input, signal) {
      const client = await connected(signal);
      try {
        const options = { signal, timeout: limits.callMs, resetTimeoutOnProgress: false };
        return (await client.callTool({ name: tool, arguments: input }, undefined, options)) as CallToolResult;
      } catch (error) {
        signal.throwIfAborted();
        throw isForgeError(error) ? error : failed(tool, error);
      }
    },
    async close() {
      const last = connecting;
      const client = await last?.catch(() => undefined);
      forget(last);
      await client?.close();
    },
  };

  function failed(tool: string, error: unknown) {
    return forgeError('TOOL_FAILED', `${name}: ${tool} failed: ${wordsOf(error)}`, { cause: error });
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
