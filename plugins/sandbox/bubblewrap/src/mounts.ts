import { realpathSync, statSync } from 'node:fs';
import type { SandboxPolicy } from '@forge/plugin-api';

type Rule = (path: string, isFolder: boolean) => readonly string[];

const rules: Readonly<Record<'hidden' | 'readable' | 'writable', Rule>> = {
  hidden: (path, isFolder) => (isFolder ? ['--tmpfs', path] : ['--ro-bind', '/dev/null', path]),
  readable: (path) => ['--ro-bind', path, path],
  writable: (path) => ['--bind', path, path],
};

/**
 * Mounts go from the top down, so that of rules inside each other the deeper one wins. Links are resolved: what counts
 * is where a file really lies. A rule for the root itself is left out; the root is read-only in any case.
 */
export function mounts(policy: SandboxPolicy): readonly string[] {
  const wanted = Object.entries(rules).flatMap(([name, rule]) =>
    policy[name as keyof typeof rules].flatMap((path) => {
      const found = lookUp(path);
      return found === undefined || found.path === '/' ? [] : [{ ...found, rule }];
    }),
  );
  return wanted
    .toSorted((left, right) => depth(left.path) - depth(right.path))
    .flatMap(({ path, isFolder, rule }) => rule(path, isFolder));
}

function lookUp(path: string): { readonly path: string; readonly isFolder: boolean } | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    // Not there, so there is nothing to hide or to show.
    return found && { path: realpathSync.native(path), isFolder: found.isDirectory() };
  } catch {
    // A file where a folder was meant, or nothing this user may look at.
    return undefined;
  }
}

function depth(path: string): number {
  return path.split('/').filter((part) => part !== '').length;
}
