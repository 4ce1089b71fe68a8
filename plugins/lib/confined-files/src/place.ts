import { lstatSync, mkdirSync, readlinkSync, type Stats } from 'node:fs';
import { forgeError } from '@forge/plugin-api';
import { type Directory, type Naming, openTop } from './directory.ts';
import { errnoOf, notFound, toolError } from './file-error.ts';
import type { Handles } from './handles.ts';
import { insideGit, isGitFolder, outside, pathParts, shown } from './path-parts.ts';

/** Where a path leads, with all links resolved inside the workspace: an entry of an open directory. */
export interface Place {
  readonly directory: Directory;
  /** `.` for the directory itself. */
  readonly name: string;
  /** From the workspace's top. */
  readonly location: string;
  /** Undefined when nothing is there. Never of a link. */
  readonly stats: Stats | undefined;
  /** The open directories on the way, from the workspace's top to `directory`. */
  readonly way: readonly Directory[];
}

export interface PlaceRequest {
  readonly workspace: string;
  readonly path: string;
  readonly handles: Handles;
  readonly naming: Naming;
  /** Make the folders above it that are missing. Default false. */
  readonly createParents?: boolean;
}

const mostLinks = 40;

/**
 * Walks a path from the workspace's top, one component at a time through open directories that are never links, and
 * resolves links itself. So it ends inside the workspace even while another process moves things about.
 *
 * @throws PATH_OUTSIDE_WORKSPACE, FILE_NOT_FOUND (a folder above is missing), INPUT_INVALID, TOOL_FAILED
 */
export function findPlace({ workspace, path, handles, naming, createParents = false }: PlaceRequest): Place {
  const pending = [...pathParts(workspace, path).parts];
  const opened = [openTop(workspace, handles, naming)];
  let links = 0;

  for (;;) {
    const directory = opened.at(-1) as Directory;
    const name = pending.shift();
    if (name === undefined) return itself(directory, opened);
    if (name === '..') {
      if (opened.length === 1) throw outside(path);
      opened.pop()?.close();
      continue;
    }
    if (isGitFolder(name)) throw insideGit(path);

    const location = directory.location === '' ? name : `${directory.location}/${name}`;
    try {
      directory.verify();
      const stats = lstatSync(directory.entry(name), { throwIfNoEntry: false });
      if (stats?.isSymbolicLink()) {
        if (++links > mostLinks) throw forgeError('PATH_OUTSIDE_WORKSPACE', `${shown(path)} goes round in links`);
        followLink(readlinkSync(directory.entry(name)), path, { workspace, opened, pending });
        continue;
      }
      if (pending.length === 0 && !stats?.isDirectory()) return { directory, name, location, stats, way: opened };
      if (stats === undefined && !createParents) throw notFound(directory, name, path);
      if (stats === undefined) makeFolder(directory.entry(name));
      opened.push(directory.open(name));
    } catch (error) {
      throw toolError(error, path);
    }
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    // Somebody else was faster. If it is no folder, opening it says so.
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

function itself(directory: Directory, way: readonly Directory[]): Place {
  directory.verify();
  return { directory, name: '.', location: directory.location, stats: lstatSync(directory.entry('.')), way };
}

interface Walk {
  readonly workspace: string;
  readonly opened: Directory[];
  readonly pending: string[];
}

function followLink(target: string, path: string, { workspace, opened, pending }: Walk): void {
  if (target.startsWith('/') && target !== workspace && !target.startsWith(`${workspace}/`)) throw outside(path);
  const { absolute, parts } = pathParts(workspace, target.startsWith('~') ? `./${target}` : target);
  if (absolute) while (opened.length > 1) opened.pop()?.close();
  pending.unshift(...parts);
}
