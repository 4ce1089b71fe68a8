import picomatch from 'picomatch';
import { inWorkspace, outside, type Place, shown, type Workspace } from '@forge/confined-files';
import { forgeError, isForgeError, type ToolContext } from '@forge/plugin-api';
import { searchTree } from './search-tree.ts';
import { runWithin } from './time-guard.ts';

const mostFiles = 300;

/** Paths below `path` that match the glob, one a line, without what git ignores. */
export function findFiles(pattern: string, path: string, ctx: ToolContext): Promise<string> {
  return inWorkspace(ctx, path, async (workspace) => {
    const below = relativePattern(pattern, ctx.workspace);
    const start = startOf(workspace, path, below);
    if (start === undefined) return 'no file matches';
    const top = workspace.find(path).location;
    const matches = fileMatcher(below);
    const found: string[] = [];
    const notes = await searchTree(start, workspace, {
      what: 'This pattern (or one in .gitignore)',
      visit({ location }) {
        if (matches(top === '' ? location : location.slice(top.length + 1))) found.push(shown(location));
        return found.length <= mostFiles;
      },
    });
    if (found.length > mostFiles) found[mostFiles] = `[more than ${mostFiles} match: narrow the pattern]`;
    return [...(found.length === 0 ? ['no file matches'] : found), ...notes].join('\n');
  });
}

/** A glob as agents know it: `**`, `*`, `?`, `[…]`, `{…}`; names that begin with a dot are like others. */
export function fileMatcher(pattern: string): (path: string) => boolean {
  return runWithin(1000, 'This pattern', () => picomatch(pattern, { dot: true, basename: !pattern.includes('/') }));
}

function relativePattern(pattern: string, workspace: string): string {
  const below = pattern.startsWith(`${workspace}/`) ? pattern.slice(workspace.length + 1) : pattern;
  if (below.length > 1000) throw forgeError('INPUT_INVALID', 'The pattern is longer than 1000 characters');
  if (below.startsWith('/') || below.startsWith('~/') || below.split('/').includes('..')) throw outside(pattern);
  return below.replace(/^(\.\/)+/, '');
}

/** The deepest folder that holds all that can match. Naming an ignored one shows what is in it. */
function startOf(workspace: Workspace, path: string, pattern: string): Place | undefined {
  const { base, glob } = picomatch.scan(pattern);
  const folder = glob === '' ? base.split('/').slice(0, -1).join('/') : base;
  try {
    const place = workspace.find(folder === '' ? path : `${path}/${folder}`);
    return place.stats?.isDirectory() ? place : undefined;
  } catch (error) {
    if (isForgeError(error, 'FILE_NOT_FOUND')) return undefined;
    throw error;
  }
}
