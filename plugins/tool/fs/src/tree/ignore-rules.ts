import ignore, { type Ignore } from 'ignore';
import { type Directory, type Handles, isBinary, openFile, readWhole } from '@forge/confined-files';

/** What the .gitignore files from the top down to one directory say together. */
export interface IgnoreRules {
  /** `location` from the workspace's top, in a directory that these rules were extended with. */
  ignores(location: string, isDirectory: boolean): boolean;
  /** These and the ones of a directory inside. */
  extendedBy(directory: Directory, handles: Handles): IgnoreRules;
}

const mostBytes = 256 * 1024;

export const noRules: IgnoreRules = {
  ignores: () => false,
  extendedBy: (directory, handles) => extend(noRules, directory, handles),
};

/** The rules that hold in the last of these directories, each of which lies in the one before. */
export function rulesAlong(way: readonly Directory[], handles: Handles): IgnoreRules {
  let rules = noRules;
  for (const directory of way) {
    // Somebody who names an ignored folder wants to see what is in it.
    if (rules.ignores(directory.location, true)) rules = noRules;
    rules = rules.extendedBy(directory, handles);
  }
  return rules;
}

function extend(above: IgnoreRules, directory: Directory, handles: Handles): IgnoreRules {
  const text = readRules(directory, handles);
  if (text === undefined) return above;
  const own = ignore({ ignorecase: false }).add(text);
  const prefix = directory.location === '' ? 0 : directory.location.length + 1;
  const rules: IgnoreRules = {
    ignores(location, isDirectory) {
      const { ignored, unignored } = verdict(own, location.slice(prefix), isDirectory);
      return ignored || (!unignored && above.ignores(location, isDirectory));
    },
    extendedBy: (inner, innerHandles) => extend(rules, inner, innerHandles),
  };
  return rules;
}

function verdict(own: Ignore, path: string, isDirectory: boolean): { ignored: boolean; unignored: boolean } {
  if (path === '') return { ignored: false, unignored: false };
  return own.test(isDirectory ? `${path}/` : path);
}

function readRules(directory: Directory, handles: Handles): string | undefined {
  try {
    const file = openFile(directory, '.gitignore', '.gitignore', handles);
    const bytes = readWhole(file, mostBytes);
    handles.close(file.descriptor);
    return bytes === undefined || isBinary(bytes) ? undefined : bytes.toString('utf8');
  } catch {
    return undefined; // Missing nearly always; git itself reads no .gitignore that is a link.
  }
}
