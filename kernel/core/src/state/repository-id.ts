import { createHash } from 'node:crypto';
import { basename, isAbsolute, join } from 'node:path';
import { readIfThere } from './places.ts';

/**
 * What memories of a repository are filed under: where its `origin` is, the same in every clone, such as
 * `github.com/acme/shop`; without an origin, its folder's name and a hash of where it lies. Reads files only.
 */
export function repositoryId(project: string): string {
  const config = readIfThere(join(gitFolder(project), 'config')) ?? '';
  const origin = originUrl(config);
  const normal = origin === undefined ? undefined : normalUrl(origin);
  if (normal !== undefined) return normal;
  return `${basename(project)}-${createHash('sha256').update(project).digest('hex').slice(0, 12)}`;
}

/** The common folder of git: `.git` is a file in worktrees and submodules. */
function gitFolder(project: string): string {
  const link = join(project, '.git');
  const found = /^gitdir: (.+)$/m.exec(readIfThere(link) ?? '')?.[1]?.trim();
  if (found === undefined) return link;
  const folder = isAbsolute(found) ? found : join(project, found);
  const common = readIfThere(join(folder, 'commondir'))?.trim();
  if (common === undefined) return folder;
  return isAbsolute(common) ? common : join(folder, common);
}

function originUrl(config: string): string | undefined {
  let inside = false;
  for (const line of config.split('\n')) {
    if (/^\s*\[/.test(line)) inside = /^\s*\[remote\s+"origin"\]/i.test(line);
    const url = inside ? /^\s*url\s*=\s*(.+?)\s*$/i.exec(line)?.[1] : undefined;
    if (url !== undefined) return url.replace(/^"|"$/g, '');
  }
  return undefined;
}

/** Host and path, without user, password, port or `.git`; a path on this machine says nothing to other clones. */
function normalUrl(url: string): string | undefined {
  const match = /^(?:[a-z+]+:\/\/)?(?:[^@/]+@)?([^/:]+\.[^/:]+|localhost)(?::\d+(?=\/))?[:/]+(.+)$/i.exec(url);
  if (match === null || url.startsWith('file:') || url.startsWith('.') || url.startsWith('/')) return undefined;
  const path = (match[2] ?? '').replace(/\/+$/, '').replace(/\.git$/, '');
  return `${match[1]?.toLowerCase()}/${path}`;
}
