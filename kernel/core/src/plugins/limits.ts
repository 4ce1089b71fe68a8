/** Milliseconds that a plugin may take for each step of its life. */
export interface PluginLimits {
  /** Importing its module. */
  readonly load: number;
  readonly setup: number;
  readonly stop: number;
  /** Trying what it needs. */
  readonly check: number;
  /** Saying nothing, when it has a process of its own: it blocks its event loop. */
  readonly silent: number;
}

export const pluginLimits: PluginLimits = Object.freeze({
  load: 30_000,
  setup: 30_000,
  stop: 10_000,
  check: 30_000,
  silent: 30_000,
});
