import type { ToolContext } from '@forge/plugin-api';
import { detectNaming, type Naming } from './directory.ts';
import { toolError } from './file-error.ts';
import { createHandles, type Handles } from './handles.ts';
import { findPlace, type Place } from './place.ts';

/** The workspace during one call of a tool. */
export interface Workspace {
  readonly handles: Handles;
  readonly signal: AbortSignal;
  /** Where a path leads; see `findPlace`. */
  readonly find: (path: string, options?: { readonly createParents?: boolean }) => Place;
}

/** Runs one call, closes all that it opened, and gives every error of the system a code and words about `path`. */
export async function inWorkspace<T>(
  ctx: Pick<ToolContext, 'workspace' | 'signal'>,
  path: string,
  work: (workspace: Workspace) => T | Promise<T>,
  naming: Naming = detectNaming(),
): Promise<T> {
  const handles = createHandles();
  try {
    ctx.signal.throwIfAborted();
    return await work({
      handles,
      signal: ctx.signal,
      find: (wanted, options) => findPlace({ workspace: ctx.workspace, path: wanted, handles, naming, ...options }),
    });
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw toolError(error, path);
  } finally {
    handles.closeAll();
  }
}
