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
  /** It was worked in before: rejects with WORKSPACE_LOST when it is not there any more. */
  readonly kept?: boolean;
}

/** What a task did, as one commit on top of where it began. */
export interface TaskChange {
  readonly base: string;
  readonly commit: string;
}

export type PickOutcome =
  | { readonly ok: true; readonly commit: string }
  /** The commit holds the conflicting files with marks in them. */
  | { readonly ok: false; readonly conflicts: readonly string[]; readonly commit: string };

/** A conflict, and the commit that is said to resolve it. */
export interface Resolution {
  readonly base: string;
  /** The two sides. */
  readonly onto: string;
  readonly theirs: string;
  readonly conflicts: readonly string[];
  readonly marked: string;
  readonly resolved: string;
}

/** The private clone of one run and its checkouts. Nothing here touches the person's repository but `deliver`. */
export interface RunWorkspaces {
  /** What a command in a checkout must be able to write beside it, such as the clone's git folder. */
  readonly writable: readonly string[];
  readonly base: { readonly commit: string; readonly branch?: string | undefined; readonly dirty: boolean };
  /** The repository at a commit. */
  facts(commit: string): Promise<ProjectFacts>;
  /** Paths of every AGENTS.md (or CLAUDE.md) of a commit that does not lie at its top, one a folder. */
  instructionFiles(commit: string): Promise<readonly string[]>;
  /** The newest commit on the run's branch. */
  head(): Promise<string>;
  /**
   * The checkout of that name, made at `base` when it is not there yet, or when it shall be fresh. Names that begin with
   * `tasks/` are for tasks of a plan, all others for the engine: who names a task must not choose where the engine works.
   */
  checkout(name: string, base: string, options?: CheckoutOptions): Promise<Workspace>;
  /** The change on top of another commit, as a commit that no branch has yet. The same request, the same commit. */
  pick(change: TaskChange, onto: string): Promise<PickOutcome>;
  /** The content of a commit on top of another one, told as the change that it stands for. */
  replant(content: string, onto: string, like: string): Promise<string>;
  /** Why that is no merge of both sides; empty when it is. */
  resolutionFaults(resolution: Resolution): Promise<readonly string[]>;
  /** Moves the run's branch on to a commit that continues it. One that is in it already changes nothing. */
  advance(commit: string): Promise<void>;
  changedFiles(base: string, head: string): Promise<Change['files']>;
  /** Unified; at most `maxBytes`, with a note when it was cut. */
  diff(base: string, head: string, maxBytes: number): Promise<string>;
  /** Text of a file in a commit; undefined when there is none or it is binary. */
  readFile(commit: string, path: string): Promise<string | undefined>;
  /** Paths that exist in a commit. */
  listFiles(commit: string): Promise<readonly string[]>;
  /** A commit with the same content and history and another message. The same words answer the same commit. */
  reword(commit: string, reword: (message: string) => string): Promise<string>;
  /**
   * Puts the commit into the person's repository under that branch, and others beside it, where no branch leads, so that a
   * fork finds them. Repeating is harmless.
   */
  deliver(branch: string, commit: string, beside?: readonly string[]): Promise<void>;
  /** Ends every process and removes every checkout and the clone. */
  remove(): Promise<void>;
}
