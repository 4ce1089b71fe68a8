import type { Deprecation, Logger, McpServers, Prompt, Skills } from '@forge/plugin-api';

/** What Forge lends a plugin in another process for its whole life. */
export interface LentWorld {
  readonly interactive: boolean;
  ask(prompt: Prompt): Promise<string | undefined>;
  readTrusted(path: string): Promise<string | undefined>;
  readonly skills: Skills;
  readonly mcpServers: McpServers;
  readonly deprecations: readonly Deprecation[];
  readonly log: Logger;
}
