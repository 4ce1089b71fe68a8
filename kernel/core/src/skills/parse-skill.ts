import { z } from '@forge/plugin-api';

export interface ParsedSkill {
  readonly name: string;
  readonly description: string;
  /** What stands below the front matter. */
  readonly instructions: string;
  /** Only a person may call for it: no agent is told of it. */
  readonly forPeople: boolean;
}

/** What the standard asks of a name, but that it must be the folder's. */
const nameSchema = z
  .string()
  .max(64)
  .regex(
    /^[\p{Ll}\p{Lo}\p{N}]+(-[\p{Ll}\p{Lo}\p{N}]+)*$/u,
    'expected lower-case letters and digits with single hyphens between them',
  );

/** Other fields are for other programs, `allowed-tools` among them: a skill lifts no limit of Forge. */
const frontMatterSchema = z.object({
  name: nameSchema,
  description: z.string().trim().min(1).max(1024),
  'disable-model-invocation': z.boolean().default(false),
});

/** Reads a `SKILL.md`. Answers what is wrong with it as words. */
export async function parseSkill(text: string, folderName: string): Promise<ParsedSkill | string> {
  const [, head, instructions = ''] =
    /^\uFEFF?---[ \t]*\r?\n((?:.*?\r?\n)??)---[ \t]*(?:\r?\n(.*))?$/s.exec(text) ?? [];
  if (head === undefined) return 'it does not begin with front matter between two lines of ---';
  const { default: yaml } = await import('yaml');
  let values: unknown;
  try {
    values = yaml.parse(head, { logLevel: 'error' });
  } catch (error) {
    return `its front matter is not YAML: ${error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : ''}`;
  }
  const checked = frontMatterSchema.safeParse(values);
  if (!checked.success) {
    return checked.error.issues
      .map(({ path, message }) => `${path.join('.') || 'front matter'}: ${message}`)
      .join('; ');
  }
  const { name, description, 'disable-model-invocation': forPeople } = checked.data;
  if (name.normalize('NFKC') !== folderName.normalize('NFKC')) {
    return `its name is "${name}", and its folder is "${folderName}": they must be the same`;
  }
  return { name, description, instructions: instructions.trim(), forPeople };
}
