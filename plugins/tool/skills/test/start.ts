import { forgeError, type ForgeError, type Skill, type Tool } from '@forge/plugin-api';
import { createPluginContext, createRecordingLogger } from '@forge/testkit/fakes';
import plugin from '../src/index.ts';

export const pdf: Skill = {
  name: 'pdf',
  description: 'Fills in forms.\nUse it for PDF files.',
  source: '.agents/skills/pdf',
  files: ['references/fields.md', 'scripts/fill.py'],
};

const texts: Readonly<Record<string, string>> = { pdf: 'Use pdftk.', 'pdf/references/fields.md': 'Name, date.' };

/** The plugin's tool, with these skills. */
export async function skillRead(
  skills: readonly Skill[] = [pdf],
  faults: readonly ForgeError[] = [],
  log = createRecordingLogger(),
): Promise<Tool> {
  const context = createPluginContext({
    log,
    skills: {
      list: async () => ({ skills, faults }),
      async read(name, file) {
        const text = texts[file === undefined ? name : `${name}/${file}`];
        if (text === undefined) throw forgeError('INPUT_INVALID', 'There is no such skill');
        return text;
      },
    },
  });
  const [tool] = (await plugin.setup(context)).tools as readonly [Tool];
  return tool;
}
