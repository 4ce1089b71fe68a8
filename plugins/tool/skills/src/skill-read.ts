import { defineTool, type Skill, type Skills, z } from '@forge/plugin-api';
import { describeSkills } from './describe-skills.ts';

const input = z.strictObject({ skill: z.string(), file: z.string().optional() });
const output = z.string();

/** Names and descriptions stand in the tool's own description; instructions and files are read when they are wanted. */
export function createSkillRead(found: readonly Skill[], skills: Pick<Skills, 'read'>) {
  return defineTool({
    name: 'skill_read',
    description: describeSkills(found),
    schema: { input, output },
    effect: 'read',
    offered: found.length > 0,
    timeoutMs: 30_000,
    describe: ({ skill, file }) => `reading the skill ${skill}${file === undefined ? '' : `: ${file}`}`.slice(0, 200),
    render: (text) => text,
    async execute({ skill, file }, { signal }) {
      signal.throwIfAborted();
      const text = await skills.read(skill, file);
      if (file !== undefined) return text === '' ? '[empty file]' : text;
      const about = found.find(({ name }) => name === skill);
      return [text, about === undefined ? '' : describeFiles(about)].filter((part) => part !== '').join('\n\n');
    },
  });
}

/** Scripts run in the workspace: that of a repository has the skill's folder, too, as far as it is committed. */
function describeFiles({ source, files }: Skill): string {
  if (files.length === 0) return `[skill ${source}]`;
  return `[skill ${source}; its files, to be read with "file":\n${files.join('\n')}]`;
}
