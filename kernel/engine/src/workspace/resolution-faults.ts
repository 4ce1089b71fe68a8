import type { Resolution } from '../run/run-workspaces.ts';
import type { Git } from './git.ts';
import { changedFiles, readTexts } from './read-changes.ts';

/** How git begins the lines that it puts around the two sides of a conflict. */
const marks = /^(<{7}|>{7})( |$)/m;

/**
 * Why a resolved conflict is no merge of its two sides, in words for who resolved it; empty when it is one. Both sides
 * must be in it: nothing that one of them did may be as it was before, and something of the change must be left.
 */
export async function resolutionFaults(git: Git, resolution: Resolution): Promise<string[]> {
  const { base, onto, marked, resolved, conflicts } = resolution;
  const [merged, before, now, left] = await Promise.all([
    blobsOf(git, marked),
    blobsOf(git, base),
    blobsOf(git, resolved),
    changedFiles(git, onto, resolved),
  ]);
  const touched = [...new Set([...merged.keys(), ...before.keys()])].filter(
    (path) => merged.get(path) !== before.get(path) || conflicts.includes(path),
  );
  const undone = touched.filter((path) => now.get(path) === before.get(path));
  const withMarks = await markedFiles(git, resolution, [...new Set([...conflicts, ...left.map(({ path }) => path)])]);
  return [
    ...withMarks.map((path) => `${path} still has conflict marks`),
    ...undone.map((path) =>
      now.has(path)
        ? `${path} is as it was before both changes: what they did to it is lost`
        : `${path} is gone, although a change made it`,
    ),
    ...(left.length === 0 ? ['nothing of the task’s own change is left'] : []),
  ];
}

/** A text may hold such lines by right: then one of the two sides has them. */
async function markedFiles(git: Git, { onto, theirs, resolved }: Resolution, paths: readonly string[]) {
  const found: string[] = [];
  for (const path of paths.filter((name) => !name.includes('\n'))) {
    const [now, ...sides] = await readTexts(
      git,
      [resolved, onto, theirs].map((commit) => `${commit}:${path}`),
    );
    if (now !== undefined && marks.test(now) && !sides.some((text) => text !== undefined && marks.test(text))) {
      found.push(path);
    }
  }
  return found;
}

/** Path to mode and object of every file of a commit. */
async function blobsOf(git: Git, commit: string): Promise<Map<string, string>> {
  const { stdout } = await git.run(['ls-tree', '-r', '-z', '--full-tree', commit]);
  const lines = stdout.toString('utf8').split('\0').filter(Boolean);
  return new Map(lines.map((line) => [line.slice(line.indexOf('\t') + 1), line.slice(0, line.indexOf('\t'))]));
}
