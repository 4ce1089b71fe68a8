import { z } from '@forge/plugin-api';

const text = z.string().min(1);

const overStdio = z.strictObject({
  command: text,
  args: z.array(z.string()).default([]),
  /** Beside PATH, HOME and the like; nothing else of Forge's environment is passed on. */
  env: z.record(z.string(), z.string()).default({}),
  /** Default: the folder that Forge was started in. */
  cwd: text.optional(),
});

const overHttp = z.strictObject({
  /** Streamable HTTP. */
  url: z.url(),
  headers: z.record(z.string(), z.string()).default({}),
});

export const serverSchema = z.union([overStdio, overHttp]);
/** As they are used: variables replaced. */
export type ServerSettings =
  | Readonly<Omit<z.output<typeof overStdio>, 'args'> & { readonly args: readonly string[] }>
  | Readonly<z.output<typeof overHttp>>;

const servers = z.record(z.string().regex(/^[\w.-]{1,40}$/, 'expected letters, digits, - and _'), serverSchema);

export const optionsSchema = z.strictObject({
  /** `${NAME}` and `${NAME:-default}` in a text stand for an environment variable. */
  servers: servers.default({}),
  /** Read the repository's `.mcp.json`, too, once the person trusts it. */
  projectFile: z.boolean().default(true),
  /** Milliseconds that a server may take to start, and for one call. */
  startMs: z.int().positive().default(30_000),
  callMs: z.int().positive().default(120_000),
});
export type McpOptions = z.output<typeof optionsSchema>;

/** `.mcp.json` as other programs write it: what they say more (`type`, …) is left alone. */
export const projectFileSchema = z.object({
  mcpServers: z.record(z.string(), z.union([z.object({ ...overStdio.shape }), z.object({ ...overHttp.shape })])),
});
