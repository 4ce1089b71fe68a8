import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from '@forge/plugin-api';
import { mcpSchema } from './agent-manifest.ts';
import { pathInside, textInside } from './inside.ts';

const bare = /^[^/\\]+$/;
const relative = /^\.\//;
const cwd = /^(?:\.\/|\$\{PLUGIN_(?:ROOT|DATA)\}(?:\/|$))/;
const headerName = /^[\w!#$%&'*+.^`|~-]+$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;

const stdio = z.strictObject({
  type: z.literal('stdio'),
  command: z
    .string()
    .refine(
      (command) => bare.test(command) || relative.test(command),
      'expected a program, or a path that begins with ./',
    ),
  args: z.array(z.string()).default([]),
  env: z
    .record(
      z.string().refine((name) => !['PLUGIN_ROOT', 'PLUGIN_DATA'].includes(name), 'it is set by Forge alone'),
      z.string(),
    )
    .default({}),
  cwd: z.string().regex(cwd, `expected ./, \${PLUGIN_ROOT} or \${PLUGIN_DATA} at the beginning`).optional(),
});
const remote = {
  url: z.string().refine(isAllowed, 'expected an https address without user or fragment; http on this machine alone'),
  headers: z
    .record(
      z.string().regex(headerName, 'is no name of a header'),
      z.string().regex(headerValue, 'is no value of a header'),
    )
    .refine((all) => new Set(Object.keys(all).map((name) => name.toLowerCase())).size === Object.keys(all).length, {
      message: 'a header stands there twice',
    })
    .default({}),
};
const http = z.strictObject({ type: z.literal('streamable-http'), ...remote });
const sse = z.strictObject({ type: z.literal('sse'), ...remote });
const serverSchema = z.discriminatedUnion('type', [stdio, http, sse]);
const fileSchema = z.strictObject({ $schema: z.literal(mcpSchema), mcpServers: z.record(z.string(), z.unknown()) });

/** A server as `mcp.json` declares it, before anything in it is replaced. */
export type DeclaredServer = z.output<typeof stdio> | z.output<typeof http>;

export interface DeclaredServers {
  readonly servers: Readonly<Record<string, DeclaredServer>>;
  /** What is left out, and why. */
  readonly notes: readonly string[];
}

/** The MCP servers of an Agent Plugin. A fault in one leaves the others, a fault of the file leaves the skills. */
export function readAgentServers(folder: string): DeclaredServers {
  const found = textInside(folder, 'mcp.json');
  if (found === undefined) return { servers: {}, notes: [] };
  if (typeof found !== 'string') return { servers: {}, notes: [`mcp.json is left out: ${found.why}`] };
  const file = fileSchema.safeParse(parsed(found));
  if (!file.success) return { servers: {}, notes: [`mcp.json is left out: ${words(file.error)}`] };
  const servers: Record<string, DeclaredServer> = {};
  const notes: string[] = [];
  for (const [name, value] of Object.entries(file.data.mcpServers)) {
    const server = readServer(folder, value);
    if (typeof server === 'string') notes.push(`the MCP server "${name}" is left out: ${server}`);
    else servers[name] = server;
  }
  return { servers, notes };
}

function readServer(folder: string, value: unknown): DeclaredServer | string {
  const { success, data, error } = serverSchema.safeParse(value);
  if (!success) return words(error);
  if (data.type === 'sse') return 'its transport, sse, is not supported';
  if (data.type === 'streamable-http') return data;
  if (relative.test(data.command) && pathInside(folder, data.command) === undefined) return 'its command leads out';
  const places = { root: folder, data: join(folder, 'no-such-folder') };
  if (data.cwd !== undefined && placeOf(data.cwd, places) === undefined) return 'its cwd leads out';
  return data;
}

/** The absolute path that a `cwd` means; undefined when it leads out of the folder that it begins with. */
export function placeOf(
  cwd: string,
  { root, data }: { readonly root: string; readonly data: string },
): string | undefined {
  const [, name = 'ROOT', rest = cwd] = /^\$\{PLUGIN_(ROOT|DATA)\}(.*)$/s.exec(cwd) ?? [];
  return pathInside(name === 'DATA' ? data : root, rest);
}

function isAllowed(url: string): boolean {
  if (!URL.canParse(url) || url.includes('#')) return false;
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== '' || password !== '') return false;
  const isHere =
    hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
  return protocol === 'https:' || (protocol === 'http:' && isHere);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function words({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; ');
}
