import type { ForgeError } from './errors.ts';

/** How an MCP server is reached. Every text is meant word for word. */
export type McpServerSettings =
  | {
      readonly command: string;
      readonly args: readonly string[];
      /** Beside what the platform needs. */
      readonly env: Readonly<Record<string, string>>;
      /** Absolute. */
      readonly cwd: string;
    }
  | { readonly url: string; readonly headers: Readonly<Record<string, string>> };

/** An MCP server that a plugin brings. */
export interface PluginMcpServer {
  /** Unique: `plugin:server`. */
  readonly name: string;
  readonly plugin: string;
}

export interface McpServerList {
  readonly servers: readonly PluginMcpServer[];
  /** Why those of other plugins are left out: PLUGIN_CHANGED, or TRUST_REQUIRED for what the person does not trust. */
  readonly faults: readonly ForgeError[];
}

/** The MCP servers of the plugins in use. Whoever runs them says so in its manifest: `"integrations": ["mcp"]`. */
export interface McpServers {
  /** Starts nothing. Asks the person for trust, where it is not known and somebody is there to ask. */
  list(): Promise<McpServerList>;
  /**
   * What to start or where to connect. Asked for anew before every start: rejects with PLUGIN_CHANGED or TRUST_REQUIRED
   * when the plugin is not, or not any more, what the person approved.
   */
  settings(name: string): Promise<McpServerSettings>;
}
