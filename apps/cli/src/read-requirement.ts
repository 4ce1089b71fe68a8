import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { forgeError, type Requirement, requirementSchema, z } from '@forge/plugin-api';
import type { CommandCall } from './command.ts';
import { createInteraction } from './interaction.ts';

export interface RequirementOptions {
  readonly file?: string;
  readonly constraint?: readonly string[];
  readonly acceptance?: readonly string[];
  readonly image?: readonly string[];
}

/** What is wanted, from words, standard input, a file, or this terminal. Rejects with USAGE or INPUT_INVALID. */
export async function readRequirement(call: CommandCall<RequirementOptions>): Promise<Requirement> {
  const { options, words, directory } = call;
  if (options.file !== undefined && words.length > 0) {
    throw forgeError('USAGE', 'The task stands in --file or on the command line, not in both', {
      fix: 'leave one of them out; --constraint and --acceptance add to either',
    });
  }
  const given = options.file === undefined ? { task: await taskOf(call) } : await fromFile(directory, options.file);
  const { constraints = [], acceptanceCriteria = [], images = [] } = given;
  const parsed = requirementSchema.safeParse({
    ...given,
    constraints: [...constraints, ...(options.constraint ?? [])],
    acceptanceCriteria: [...acceptanceCriteria, ...(options.acceptance ?? [])],
    images: [...images, ...(await Promise.all((options.image ?? []).map((path) => readImage(directory, path))))],
  });
  if (parsed.success) return parsed.data;
  throw forgeError('INPUT_INVALID', 'The task has a wrong shape', {
    ...(options.file === undefined ? {} : { where: options.file }),
    why: z.prettifyError(parsed.error),
    fix: requirementShape,
  });
}

async function taskOf(call: CommandCall): Promise<string> {
  const [word] = call.words;
  if (word === '-') {
    const text = await readAll(call.world.stdin);
    if (text.trim() !== '') return text;
    throw forgeError('USAGE', 'Standard input held no task', { fix: 'pipe the task into forge run -' });
  }
  if (word !== undefined && word.trim() !== '') return word;
  const prompt = { title: 'What shall be done?' };
  const asked = await createInteraction(call).ask(prompt, new AbortController().signal);
  if (asked !== undefined && asked.trim() !== '') return asked;
  throw forgeError('USAGE', 'There is no task', {
    fix: 'forge run "<task>", forge run --file task.md, or forge run - with the task on standard input',
  });
}

async function readAll(stdin: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

async function fromFile(directory: string, file: string): Promise<z.input<typeof requirementSchema>> {
  const text = textOf(await readGiven(directory, file), file);
  if (extname(file).toLowerCase() !== '.json') return { task: text };
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (cause) {
    throw forgeError('USAGE', `${file} is not JSON`, { where: file, fix: 'correct it, or use a .md file', cause });
  }
  const parsed = requirementSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const known = Object.keys(requirementSchema.shape);
  const unknown = parsed.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  // No two of the keys start with the same letter.
  const meant = unknown.flatMap((key) => {
    const near = known.find((one) => one[0] === key[0]?.toLowerCase());
    return near === undefined ? [] : [`"${key}": did you mean "${near}"?`];
  });
  throw forgeError('USAGE', `${file} does not describe a task`, {
    where: file,
    why: [z.prettifyError(parsed.error), ...meant].join('\n'),
    fix: requirementShape,
  });
}

const requirementShape = 'give { "task": "…", "constraints": ["…"], "acceptanceCriteria": ["…"] }';

function textOf(content: Buffer, file: string): string {
  const text = isUtf8(content) ? content.toString('utf8') : '';
  if (text.includes('\0') || (text === '' && content.length > 0))
    throw forgeError('USAGE', `${file} is not a text file`, { where: file, fix: 'give the task as text in UTF-8' });
  return text;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
};

async function readImage(directory: string, file: string): Promise<Requirement['images'][number]> {
  const mediaType = mediaTypes[extname(file).toLowerCase()];
  if (mediaType === undefined) {
    throw forgeError('USAGE', `--image ${file} is no picture that models read`, {
      fix: `use one of ${Object.keys(mediaTypes).join(', ')}`,
    });
  }
  return { mediaType, data: (await readGiven(directory, file)).toString('base64') };
}

async function readGiven(directory: string, file: string): Promise<Buffer> {
  try {
    return await readFile(resolve(directory, file));
  } catch (cause) {
    throw forgeError('USAGE', `${file} could not be read`, {
      where: resolve(directory, file),
      why: (cause as Error).message,
      fix: 'check the path',
      cause,
    });
  }
}
