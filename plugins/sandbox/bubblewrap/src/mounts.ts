import { statSync } from 'node:fs';
import type { SandboxPolicy } from '@forge/plugin-api';

type Rule = (path: string, isFolder: boolean) => readonly string[];

const rules: Readonly<Record<'hidden' | 'readable' | 'writable', Rule>> = {
  hidden: (path, isFolder) => (isFolder ? ['--tmpfs', path] : ['--ro-bind', '/dev/null', path]),
  readable: (path) => ['--ro-bind', path, path],
  writable: (path) => ['--bind', path, path],
};

/** Mounts go from the top down, so that of rules inside each other the deeper one wins. */
export function mounts(policy: SandboxPolicy): readonly string[] {
  const wanted = Object.entries(rules).flatMap(([name, rule]) =>
    policy[name as keyof typeof rules].map((path) => ({ path, rule })),
  );
  const byDepth = wanted.toSorted((left, right) => depth(left.path) - depth(right.path));
  return byDepth.flatMap(({ path, rule }) => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? [] : rule(path, found.isDirectory());
  });
}

function depth(path: string): number {
  return path.split('/').filter((part) => part !== '').length;
}
