import type { ForgeEvent } from '@forge/plugin-api';

/** Shows a run as its events come. Knows nothing else of it. */
export interface RunRenderer {
  /** What happened before: shown as the state it led to, not as news. */
  restore(events: readonly ForgeEvent[]): void;
  event(event: ForgeEvent): void;
  /** A remark of the command itself, such as that the run stops after this step. */
  remark(text: string): void;
  /** Nothing more comes. What is shown stays. */
  end(): void;
}

/** Shows nothing: `--quiet` and `--progress none`. */
export const silentRenderer: RunRenderer = { restore: () => {}, event: () => {}, remark: () => {}, end: () => {} };
