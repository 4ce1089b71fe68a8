import type { Change, ProjectFacts } from '@forge/plugin-api';

/** A checkout that belongs to one execution at a time. */
export interface Workspace {
  /** Absolute. */
  readonly path: string;
  /** Commits everything that changed since the checkout's base; undefined when nothing did. Repeating is harmless. */
  commit(message: string): Promise<string | undefined>;
  /**
   * Keeps what it holds now under that name, in place of the snapshot before. Ignored files and repositories inside it
   * are left out. With `paths`, relative to it, only what lies there.
   */
  snapshot(name: string, paths?: readonly string[]): Promise<void>;
  /** As it was at that snapshot; what that left out stays as it is. Rejects with WORKSPACE_LOST when it is gone. */
  restore(name: string): Promise<void>;
  /** As it was at its base: tracked files, untracked ones, ignored ones. */
  reset(): Promise<void>;
}

export interface CheckoutOptions {
  /** Nothing of what was done in it before is left. */
  readonly fresh?: boolean;
}

export type MergeOutcome =
  | { readonly ok: true; readonly commit: string }
  | { readonly ok: false; readonly conflicts: readonly string[] };

/** The private clone of one run and its checkouts. Nothing here touches the person's repository but `deliver`. */
export interface RunWorkspaces {
  /** What a command in a checkout must be able to write beside it, such as the clone's git folder. */
  readonly writable: readonly string[];
  readonly base: { readonly commit: string; readonly branch?: string | undefined; readonly dirty: boolean };
  /** The repository at a commit. */
  facts(commit: string): Promise<ProjectFacts>;
  /** The newest commit on the run's branch. */
  head(): Promise<string>;
  /**
   * The checkout of that name, made at `base` when it is not there yet, or when it shall be fresh. Names that begin with
   * `tasks/` are for tasks of a plan, all others for the engine: who names a task must not choose where the engine works.
   */
  checkout(name: string, base: string, options?: CheckoutOptions): Promise<Workspace>;
  /** Brings a commit into the run's branch. A commit that is in it already changes nothing. */
  merge(commit: string, message: string): Promise<MergeOutcome>;
  changedFiles(base: string, head: string): Promise<Change['files']>;
  /** Unified; at most `maxBytes`, with a note when it was cut. */
  diff(base: string, head: string, maxBytes: number): Promise<string>;
  /** Text of a file in a commit; undefined when there is none or it is binary. */
  readFile(commit: string, path: string): Promise<string | undefined>;
  /** Paths that exist in a commit. */
  listFiles(commit: string): Promise<readonly string[]>;
  /** Puts the commit into the person's repository under that branch. Repeating is harmless. */
  deliver(branch: string, commit: string): Promise<void>;
  /** Ends every process and removes every checkout and the clone. */
  remove(): Promise<void>;
}
