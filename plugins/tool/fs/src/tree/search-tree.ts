import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Place, Workspace } from '@forge/confined-files';
import { rulesAlong } from './ignore-rules.ts';
import { runWithin } from './time-guard.ts';
import { createTreeWalk, type FoundFile } from './tree-walk.ts';

const filesAtOnce = 100;
const mostFiles = 200_000;
/** For `filesAtOnce` files; thousands of times what they need unless a pattern explodes. */
const sliceMilliseconds = 2000;

export interface SearchTree {
  /** What the caller's patterns are called in an error. */
  readonly what: string;
  /** False ends the search. */
  readonly visit: (file: FoundFile) => boolean;
}

/** Visits the files below a place that git would not ignore. Gives notes on what was left out. */
export async function searchTree(place: Place, workspace: Workspace, { what, visit }: SearchTree): Promise<string[]> {
  const { handles, signal } = workspace;
  const walk = runWithin(sliceMilliseconds, what, () =>
    createTreeWalk(place.directory, rulesAlong(place.way, handles), handles),
  );
  const notes: string[] = [];
  for (let seen = filesAtOnce; runWithin(sliceMilliseconds, what, () => walk.advance(filesAtOnce, visit)); ) {
    if (seen >= mostFiles) {
      notes.push(`[stopped after ${mostFiles} files: give a path]`);
      break;
    }
    seen += filesAtOnce;
    await nextTurn();
    signal.throwIfAborted();
  }
  if (walk.unreadable > 0) notes.push(`[${walk.unreadable} folders could not be read]`);
  return notes;
}
