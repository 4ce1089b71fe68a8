import {
  type Handles,
  inWorkspace,
  isBinary,
  notFound,
  notPlain,
  openFile,
  type Place,
  readWhole,
  shown,
  type Workspace,
} from '@forge/confined-files';
import type { ToolContext } from '@forge/plugin-api';
import { type LineMatcher, lineMatcher } from '../text/line-matcher.ts';
import { size } from '../text/size.ts';
import { fileMatcher } from './find-files.ts';
import { searchTree } from './search-tree.ts';
import { runWithin } from './time-guard.ts';
import type { FoundFile } from './tree-walk.ts';

const mostMatches = 200;
const mostCharacters = 20_000;
const mostFileBytes = 4_000_000;
const culprit = 'This pattern (or one in .gitignore)';

export interface LineQuery {
  /** A regular expression. */
  readonly pattern: string;
  /** A file, or the folder to search. */
  readonly path: string;
  /** Only files that match it; seen from `path`. */
  readonly glob: string | undefined;
  readonly ignoreCase: boolean;
}

/** Matching lines as `path:line:text`, without files that git ignores. */
export function findLines({ pattern, path, glob, ignoreCase }: LineQuery, ctx: ToolContext): Promise<string> {
  return inWorkspace(ctx, path, async (workspace) => {
    const place = workspace.find(path);
    const { directory, name, location, stats } = place;
    if (stats === undefined) throw notFound(directory, name, path);
    const search = createSearch(lineMatcher(pattern, ignoreCase), workspace.handles);
    const notes: string[] = [];
    if (stats.isDirectory()) notes.push(...(await searchFolder(search, place, glob, workspace)));
    else if (stats.isFile()) runWithin(2000, culprit, () => search.file({ directory, name, location, isLink: false }));
    else throw notPlain(location, stats);
    return [...search.report(), ...notes].join('\n');
  });
}

function searchFolder(search: Search, place: Place, glob: string | undefined, workspace: Workspace): Promise<string[]> {
  const wanted = glob === undefined ? () => true : fileMatcher(glob.replace(/^(\.\/)+/, ''));
  const prefix = place.location === '' ? 0 : place.location.length + 1;
  return searchTree(place, workspace, {
    what: culprit,
    visit: (file) => (!file.isLink && wanted(file.location.slice(prefix)) ? search.file(file) : true),
  });
}

interface Search {
  /** False when enough was found. */
  file(file: FoundFile): boolean;
  report(): string[];
}

function createSearch(matcher: LineMatcher, handles: Handles): Search {
  const rows: string[] = [];
  let characters = 0;
  let large = 0;
  let unreadable = 0;
  let full = false;

  const read = ({ directory, name, location }: FoundFile): string | undefined => {
    const file = openFile(directory, name, location, handles);
    const bytes = readWhole(file, mostFileBytes);
    handles.close(file.descriptor);
    if (bytes === undefined) large++;
    return bytes === undefined || isBinary(bytes) ? undefined : bytes.toString('utf8');
  };
  const readable = (file: FoundFile): string | undefined => {
    try {
      return read(file);
    } catch {
      unreadable++;
      return undefined;
    }
  };

  return {
    file(file) {
      const text = readable(file);
      if (text === undefined) return true;
      const path = shown(file.location);
      matcher(text, (line, excerpt) => {
        const row = `${path}:${line}:${excerpt}`;
        full = rows.length >= mostMatches || characters + row.length > mostCharacters;
        if (full) return false;
        characters += row.length + 1;
        rows.push(row);
        return true;
      });
      return !full;
    },
    report() {
      const notes = [...rows];
      if (rows.length === 0) notes.push('no line matches');
      if (full) notes.push('[more lines match: narrow the pattern, the path or the glob]');
      if (large > 0) notes.push(`[${large} files over ${size(mostFileBytes)} not searched]`);
      if (unreadable > 0) notes.push(`[${unreadable} files could not be read]`);
      return notes;
    },
  };
}
