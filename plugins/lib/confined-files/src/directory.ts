import { constants, existsSync, fstatSync, lstatSync, realpathSync } from 'node:fs';
import { platform } from 'node:os';
import { outside } from './path-parts.ts';
import type { Handles } from './handles.ts';

/** An open directory of the workspace. What is done through it stays in it, whatever happens to the paths above. */
export interface Directory {
  /** From the workspace's top, `/` between names; empty for the top. */
  readonly location: string;
  /** A path for node:fs that leads to this entry of this very directory. Follows no link but, perhaps, the entry. */
  entry(name: string): string;
  /** The directory itself, as a path for node:fs. */
  readonly self: string;
  /** Opens a directory in this one. Throws what node:fs throws; a link is ENOTDIR or ELOOP. */
  open(name: string): Directory;
  /**
   * Throws PATH_OUTSIDE_WORKSPACE when `self` is not this directory any more. Where the system cannot name an open
   * directory, this is checked before and after every use; elsewhere it cannot happen.
   */
  verify(): void;
  close(): void;
}

/** How to name an entry of an open directory: by its descriptor where /proc offers it, else by its checked real path. */
export type Naming = 'descriptor' | 'real-path';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

let detected: Naming | undefined;

export function detectNaming(): Naming {
  detected ??= platform() === 'linux' && existsSync('/proc/self/fd') ? 'descriptor' : 'real-path';
  return detected;
}

export function openTop(workspace: string, handles: Handles, naming: Naming): Directory {
  const descriptor = handles.open(workspace, O_RDONLY | O_DIRECTORY);
  return openedDirectory(descriptor, '', {
    handles,
    top: naming === 'descriptor' ? undefined : realpathSync(workspace),
  });
}

interface Surroundings {
  readonly handles: Handles;
  /** Real path of the workspace, where entries are named by it. */
  readonly top: string | undefined;
}

function openedDirectory(descriptor: number, location: string, { handles, top }: Surroundings): Directory {
  const self = top === undefined ? `/proc/self/fd/${descriptor}` : location === '' ? top : `${top}/${location}`;
  const directory: Directory = {
    location,
    self,
    entry: (name) => `${self}/${name}`,
    open(name) {
      const inner = handles.open(`${self}/${name}`, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
      const opened = openedDirectory(inner, location === '' ? name : `${location}/${name}`, { handles, top });
      opened.verify();
      return opened;
    },
    verify() {
      if (top !== undefined && !isStill(descriptor, self)) throw outside(location);
    },
    close: () => handles.close(descriptor),
  };
  return directory;
}

function isStill(descriptor: number, path: string): boolean {
  const opened = fstatSync(descriptor);
  const named = lstatSync(path, { throwIfNoEntry: false });
  return named?.ino === opened.ino && named.dev === opened.dev && realpathSync(path) === path;
}
