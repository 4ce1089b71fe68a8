import { readFile, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { defineTool, forgeError, z } from '@forge/plugin-api';

/** Counts lines. The description is for the model: what it does, when to use it, what it returns. */
export const sampleThing = defineTool({
  name: 'sample_thing',
  description: 'Counts the lines of a file of the project. Use it before you read a file that may be long.',
  schema: { input: z.strictObject({ path: z.string().min(1) }), output: z.strictObject({ lines: z.int() }) },
  // It changes nothing: all agents get it, and after a crash a call is simply made again.
  effect: 'read',
  describe: ({ path }) => `counting the lines of ${path}`,
  async execute({ path }, { workspace, signal }) {
    signal.throwIfAborted();
    const text = await readFile(await placeOf(workspace, path), { encoding: 'utf8', signal }).catch((cause: Error) => {
      signal.throwIfAborted();
      throw forgeError('FILE_NOT_FOUND', `${path} cannot be read: ${cause.message}`, { cause });
    });
    return { lines: text === '' ? 0 : text.replace(/\n$/, '').split('\n').length };
  },
  render: ({ lines }) => `${lines} ${lines === 1 ? 'line' : 'lines'}`,
});

/** Links are followed before it is decided whether a path stays inside. */
async function placeOf(workspace: string, path: string): Promise<string> {
  const top = await realpath(workspace);
  const found = await realpath(join(top, path)).catch((cause: unknown) => {
    throw forgeError('FILE_NOT_FOUND', `There is no file ${path}`, { cause });
  });
  if (relative(top, found).startsWith('..')) {
    throw forgeError('PATH_OUTSIDE_WORKSPACE', `${path} leads out of the project`);
  }
  return found;
}
