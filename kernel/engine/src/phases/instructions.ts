import {
  describeInstruction,
  type FolderInstruction,
  instructionFilesFor,
  readInstructions,
} from '../execution/folder-instructions.ts';
import type { Run } from '../run/run.ts';
import type { Progress } from './progress.ts';

/** Of all that stand in one prompt below the one at the top, in characters. Those further down are kept. */
const mostCharacters = 48_000;
/** Paths of others, so that an agent knows that they are there. */
const mostNamed = 100;

/**
 * The repository's instructions for work on these files: the AGENTS.md at the top, then those of the folders on the way
 * to each file, the nearest last; the others by name. All as they were when the run began: no task changes the rules of
 * the next one.
 */
export async function instructionsFor(run: Run, { project }: Progress, files: readonly string[]): Promise<string> {
  const { commit } = run.workspaces.base;
  const all = await run.workspaces.instructionFiles(commit);
  if (all.length === 0) return project.instructions;
  const wanted = instructionFilesFor(all, files);
  const found = await readInstructions(wanted, (path) => run.workspaces.readFile(commit, path));
  const kept = nearest(found);
  const others = all.filter((path) => !kept.some((one) => one.path === path));
  return [project.instructions.trim(), ...kept.map(describeInstruction), named(others)]
    .filter((part) => part !== '')
    .join('\n\n');
}

function nearest(found: readonly FolderInstruction[]): FolderInstruction[] {
  let left = mostCharacters;
  return found
    .toReversed()
    .filter(({ text }) => (left -= text.length) >= 0)
    .toReversed();
}

function named(paths: readonly string[]): string {
  if (paths.length === 0) return '';
  const more = paths.length > mostNamed ? [`… and ${paths.length - mostNamed} more`] : [];
  return [
    '[Others, each for its own folder; read it before you work there]',
    ...paths.slice(0, mostNamed),
    ...more,
  ].join('\n');
}
