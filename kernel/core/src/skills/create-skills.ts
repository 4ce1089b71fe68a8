import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { faultsOf, type ForgeError, forgeError, isForgeError, type SkillList, type Skills } from '@forge/plugin-api';
import { skillsOf } from '../inspection/plugin-parts.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import { hashFolder } from '../trust/content-hash.ts';
import type { Trust, TrustSubject } from '../trust/trust.ts';
import { findSkills, type FoundSkill, type FoundSkills, invalidSkill } from './find-skills.ts';
import { parseSkill } from './parse-skill.ts';

export interface SkillsOptions {
  /** Absolute, links followed. */
  readonly repository: string;
  readonly trust: Trust;
  /** Those whose skills are wanted. */
  readonly plugins: readonly PluginRecord[];
  /** Rejects for a plugin that may not be used. */
  allow(plugin: PluginRecord): Promise<void>;
}

/** Where programs for coding agents look for them; of two with one name, the first wins. */
const repositoryFolders = ['.agents/skills', '.claude/skills'];

const mostFileBytes = 200_000;

interface Usable extends FoundSkill {
  /** What the person trusted; undefined for a plugin's, which was trusted with the plugin. */
  readonly subject?: TrustSubject;
  readonly hash?: string;
}

/** Finds skills when they are first asked for, and gives their texts on demand. */
export function createSkills(options: SkillsOptions): Skills {
  let listed: Promise<{ usable: readonly Usable[]; faults: readonly ForgeError[] }> | undefined;
  const look = () => (listed ??= findAll(options));
  return {
    async list(): Promise<SkillList> {
      const { usable, faults } = await look();
      return {
        skills: usable.map(({ name, description, source, files }) => ({ name, description, source, files })),
        faults,
      };
    },
    async read(name, file) {
      const { usable } = await look();
      const skill = usable.find((one) => one.name === name);
      if (skill === undefined) {
        throw forgeError(
          'INPUT_INVALID',
          `There is no skill "${name}". There are: ${usable.map((one) => one.name).join(', ') || 'none'}`,
        );
      }
      if (skill.subject !== undefined && skill.subject.hash() !== skill.hash) throw changed(skill);
      return file === undefined ? instructionsOf(skill) : textOf(skill, file);
    },
  };
}

async function findAll(options: SkillsOptions): Promise<{ usable: Usable[]; faults: ForgeError[] }> {
  const own = await ofRepository(options);
  const faults = [...own.faults];
  const usable: Usable[] = [...own.usable];
  for (const plugin of options.plugins) {
    const found = await ofPlugin(plugin, options);
    usable.push(...found.skills);
    faults.push(...found.faults);
  }
  const first = new Map<string, Usable>();
  for (const skill of usable) {
    const known = first.get(skill.name);
    if (known === undefined) first.set(skill.name, skill);
    else if (known.folder !== skill.folder)
      faults.push(invalidSkill(skill.source, `there is another one with its name, ${known.source}`));
  }
  return { usable: [...first.values()], faults };
}

/** Those that the person trusts, in the content that they have now. The others are faults. */
async function ofRepository({ repository, trust }: SkillsOptions): Promise<{ usable: Usable[]; faults: ForgeError[] }> {
  const roots = repositoryFolders.map((shown) => ({ folder: join(repository, shown), shown, within: repository }));
  const found = await Promise.all(roots.map(findSkills));
  const skills = found.flatMap((one) => one.skills).map((skill) => ({ ...skill, subject: subjectOf(skill) }));
  const faults = found.flatMap((one) => one.faults);
  try {
    await trust.require(skills.map(({ subject }) => subject));
  } catch (error) {
    if (!isForgeError(error, 'TRUST_REQUIRED')) throw error;
  }
  const usable = skills.flatMap((skill) => {
    const hash = skill.subject.hash();
    return trust.knows({ ...skill.subject, hash: () => hash }) ? [{ ...skill, hash }] : [];
  });
  const left = skills.map(({ source }) => source).filter((source) => !usable.some((one) => one.source === source));
  return { usable, faults: left.length === 0 ? faults : [...faults, untrusted(left)] };
}

function subjectOf({ source, folder }: FoundSkill): TrustSubject {
  return { name: source, what: 'what agents shall follow', hash: () => hashFolder(folder) };
}

async function ofPlugin(plugin: PluginRecord, { allow }: SkillsOptions): Promise<FoundSkills> {
  if (plugin.manifest.skills === undefined) return { skills: [], faults: [] };
  try {
    await allow(plugin);
  } catch (error) {
    return { skills: [], faults: faultsOf(error) };
  }
  return skillsOf(plugin);
}

async function instructionsOf({ folder, name, source }: Usable): Promise<string> {
  const parsed = await parseSkill(await readFile(join(folder, 'SKILL.md'), 'utf8'), name);
  if (typeof parsed === 'string') throw invalidSkill(source, parsed);
  return parsed.instructions;
}

async function textOf({ folder, name, files }: Usable, file: string): Promise<string> {
  const real = await realpath(join(folder, file)).catch(() => undefined);
  const facts = real === undefined ? undefined : await stat(real);
  if (real === undefined || facts?.isFile() !== true || !real.startsWith(folder + sep)) {
    throw forgeError(
      'INPUT_INVALID',
      `The skill "${name}" has no file ${file}. It has: ${files.join(', ') || 'no other files'}`,
    );
  }
  const bytes = facts.size > mostFileBytes ? undefined : await readFile(real);
  if (bytes === undefined || bytes.includes(0)) {
    const why = bytes === undefined ? `larger than ${mostFileBytes} bytes` : 'no text';
    throw forgeError('INPUT_INVALID', `${file} of the skill "${name}" is ${why}`);
  }
  return bytes.toString('utf8');
}

function untrusted(sources: readonly string[]): ForgeError {
  const [words, which] =
    sources.length === 1
      ? ['A skill of this repository is', 'it']
      : [`${sources.length} skills of this repository are`, 'them'];
  return forgeError(
    'TRUST_REQUIRED',
    `${words} left out until you trust ${which} with --trust: ${sources.join(', ')}`,
    {
      where: repositoryFolders.join(', '),
      fix: 'look at them, then say --trust once; it is asked again when one changes',
      data: { files: [...sources] },
    },
  );
}

function changed({ source, name }: Usable): ForgeError {
  return forgeError('TRUST_REQUIRED', `The skill "${name}" has changed since it was trusted`, { where: source });
}
