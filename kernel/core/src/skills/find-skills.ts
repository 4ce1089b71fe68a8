import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type ForgeError, forgeError } from '@forge/plugin-api';
import { parseSkill } from './parse-skill.ts';

/** A folder whose folders are skills. */
export interface SkillRoot {
  /** Absolute. */
  readonly folder: string;
  /** As the person knows it. */
  readonly shown: string;
  /** Absolute, links followed: what leads out of it is not read. */
  readonly within: string;
}

export interface FoundSkill {
  readonly name: string;
  readonly description: string;
  /** Absolute, links followed. */
  readonly folder: string;
  readonly source: string;
  readonly files: readonly string[];
}

export interface FoundSkills {
  readonly skills: readonly FoundSkill[];
  readonly faults: readonly ForgeError[];
}

const mostSkillBytes = 256_000;
/** Files of one skill that are named; more are there, but not named. */
const mostFiles = 200;

/** Every skill of a root, by name. A folder without `SKILL.md` is none; one with a bad `SKILL.md` is a fault. */
export async function findSkills({ folder, shown, within }: SkillRoot): Promise<FoundSkills> {
  const skills: FoundSkill[] = [];
  const faults: ForgeError[] = [];
  for (const name of await foldersIn(folder)) {
    const source = `${shown}/${name}`;
    const found = await readSkill(join(folder, name), name, source, within);
    if (typeof found === 'string') faults.push(invalidSkill(source, found));
    else if (found !== undefined) skills.push(found);
  }
  return { skills, faults };
}

export function invalidSkill(source: string, why: string): ForgeError {
  return forgeError('SKILL_INVALID', `The skill ${source} is left out: ${why}`, {
    where: `${source}/SKILL.md`,
    fix: 'correct it; docs/skills.md says what is expected',
  });
}

async function readSkill(
  path: string,
  name: string,
  source: string,
  within: string,
): Promise<FoundSkill | string | undefined> {
  const file = await realOf(join(path, 'SKILL.md'));
  const folder = await realOf(path);
  if (file === undefined || folder === undefined) return undefined;
  if (!folder.startsWith(within + sep) || !file.startsWith(folder + sep)) return 'it is a link that leads out';
  const { size } = await stat(file);
  if (size > mostSkillBytes) return `its SKILL.md is larger than ${mostSkillBytes} bytes`;
  const parsed = await parseSkill(await readFile(file, 'utf8'), name);
  if (typeof parsed === 'string') return parsed;
  if (parsed.forPeople) return 'it says disable-model-invocation: only a person may call for it';
  return { name: parsed.name, description: parsed.description, folder, source, files: await filesOf(folder) };
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => path !== 'SKILL.md' && !/(^|\/)(\.git|node_modules)\//.test(path))
    .toSorted()
    .slice(0, mostFiles);
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .toSorted();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/** With links followed; undefined when it leads nowhere. */
async function realOf(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}
