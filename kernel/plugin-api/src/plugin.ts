import type { z } from 'zod';
import type { ProbeResult } from './llm.ts';
import type { McpServers } from './mcp-server.ts';
import type { Contributions } from './seams.ts';
import type { Skills } from './skill.ts';
import type { Clock, Interaction, Logger } from './world.ts';

/** What the kernel gives a plugin when it starts. */
export interface PluginContext<Options = unknown> {
  /** Parsed with the plugin's own schema, frozen. */
  readonly options: Options;
  /** An environment variable that the manifest's permissions name; others reject with PERMISSION_MISSING. */
  readonly env: (name: string) => string | undefined;
  /** The same for a secret: its value is masked in everything that Forge writes. */
  readonly secret: (name: string) => string | undefined;
  /** Text of a file in the plugin's own folder, such as `prompts/planner.md`. */
  readonly readAsset: (path: string) => Promise<string>;
  /**
   * Text of a file of the repository that says what shall run, such as `.mcp.json`; undefined when there is none. Rejects
   * with TRUST_REQUIRED until the person has trusted it with this very content.
   */
  readonly readTrusted: (path: string) => Promise<string | undefined>;
  /** The Agent Skills that agents may use here. */
  readonly skills: Skills;
  /** The MCP servers that plugins bring. */
  readonly mcpServers: McpServers;
  /** Absolute path of a folder for Forge's state of this repository. It exists. */
  readonly stateDirectory: string;
  readonly clock: Clock;
  /** 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** A new ULID. */
  readonly newId: () => string;
  readonly interaction: Interaction;
  readonly log: Logger;
  /** Aborts when the host stops. */
  readonly signal: AbortSignal;
}

type Stoppable = {
  /** Called once, in reverse order of starting. */
  stop?(): Promise<void> | void;
  /**
   * Really tries what the plugin needs: the key is accepted, the server answers. Costs nothing that is paid for and
   * changes nothing. Called by `forge plugin add`, which is undone when it says no, and by `forge plugin doctor`.
   *
   * @param call with `plugin`, only the MCP servers of that plugin are to be tried
   */
  check?(call: { readonly signal: AbortSignal; readonly plugin?: string }): Promise<ProbeResult> | ProbeResult;
};

/** Contributions that need no options and no lifecycle. */
export type StaticPlugin = Contributions &
  Pick<Stoppable, 'check'> & { readonly options?: never; readonly setup?: never };

export interface DynamicPlugin<Options extends z.ZodType> {
  /** The schema of its options. Default: none are taken. */
  readonly options?: Options;
  /** Connects nothing and opens nothing that `stop` does not end. */
  setup(ctx: PluginContext<z.output<Options>>): Promise<Contributions & Stoppable> | (Contributions & Stoppable);
}

/** What a plugin's module exports as default. */
export interface PluginDefinition {
  readonly forgePlugin: 1;
  readonly options: z.ZodType | undefined;
  setup(ctx: PluginContext): Promise<Contributions & Stoppable>;
}

/**
 * Declares a plugin: either its contributions at once, or `setup`, which gives them.
 *
 *     export default definePlugin({ tools: [greet] });
 *     export default definePlugin({
 *       options: z.strictObject({ site: z.url() }),
 *       setup: ({ options, secret }) => ({ tools: createTools(options.site, secret('JIRA_TOKEN')) }),
 *     });
 */
export function definePlugin<Options extends z.ZodType = z.ZodUndefined>(
  plugin: DynamicPlugin<Options>,
): PluginDefinition;
export function definePlugin(plugin: StaticPlugin): PluginDefinition;
export function definePlugin(plugin: StaticPlugin | DynamicPlugin<z.ZodType>): PluginDefinition {
  if (typeof plugin.setup === 'function') {
    const { options, setup } = plugin;
    return { forgePlugin: 1, options, setup: async (ctx) => setup(ctx) };
  }
  return { forgePlugin: 1, options: undefined, setup: async () => plugin };
}
