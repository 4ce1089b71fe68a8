import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineTool, forgeError, type Tool, type ToolContext, z } from '@forge/plugin-api';
import { describe, expect, test } from 'vitest';
import { failingCases, only, toolCases, toolContract } from '../../src/contracts/index.ts';
import { createToolContext } from '../../src/fakes/index.ts';

const greet = defineTool({
  name: 'greet',
  description: 'Greets somebody by name.',
  schema: { input: z.strictObject({ name: z.string(), tags: z.array(z.string()).default([]) }), output: z.string() },
  effect: 'read',
  render: (output) => output,
  async execute({ name }, { signal }: ToolContext) {
    signal.throwIfAborted();
    if (name === '') throw forgeError('INPUT_INVALID', 'Nobody has no name');
    return `Hello ${name}`;
  },
});

const subjectOf = (tool: Tool) => ({
  tool,
  context: createToolContext({ workspace: '/' }),
  input: { name: 'Ada', tags: ['a'] },
  failing: { name: '' },
});

toolContract({ name: 'greet', create: () => subjectOf(greet) });

/** A greeting that is left in a file of the workspace. */
const leave = defineTool({
  ...greet,
  name: 'leave',
  effect: 'workspace',
  touches: ({ name }) => [`./${name}.txt`],
  async execute({ name }, { signal, workspace }: ToolContext) {
    signal.throwIfAborted();
    if (name === '') throw forgeError('INPUT_INVALID', 'Nobody has no name');
    writeFileSync(join(workspace, `${name}.txt`), `Hello ${name}`);
    return `Left a greeting for ${name}`;
  },
});

function subjectInFolder(tool: Tool) {
  const workspace = mkdtempSync(join(tmpdir(), 'forge-tool-'));
  const dispose = () => rmSync(workspace, { recursive: true, force: true });
  return { ...subjectOf(tool), context: createToolContext({ workspace }), dispose };
}

toolContract({ name: 'leave', create: () => subjectInFolder(leave) });

let calls = 0;

/** zod empties what such a function gives. */
const describedOnce = z.strictObject({ name: z.string() });
const description = z.toJSONSchema(describedOnce);
describedOnce._zod.toJSONSchema = () => description;

const wrong: readonly { readonly fault: string; readonly caughtBy: string; readonly make: Partial<Tool> }[] = [
  {
    fault: 'ignores arguments that it does not know',
    caughtBy: 'an argument that is not known is refused, not ignored',
    make: { schema: { input: z.object({ name: z.string() }), output: z.string() } },
  },
  {
    fault: 'takes something else than an object',
    caughtBy: 'the input is an object that JSON Schema can describe',
    make: { schema: { input: z.string(), output: z.string() } },
  },
  {
    fault: 'tells only the first prompt what it takes',
    caughtBy: 'the input is an object that JSON Schema can describe',
    make: { schema: { input: describedOnce, output: z.string() } },
  },
  {
    fault: 'gives something else than it declares',
    caughtBy: 'the output fits its schema and is JSON',
    make: { execute: async () => 5 },
  },
  {
    fault: 'gives what JSON loses',
    caughtBy: 'the output fits its schema and is JSON',
    make: { schema: { ...greet.schema, output: z.date() }, execute: async () => new Date(0) },
  },
  {
    fault: 'changes its input',
    caughtBy: 'the input is not changed',
    make: {
      async execute(input: { tags: string[] }) {
        input.tags.push('greeted');
        return 'Hello';
      },
    },
  },
  {
    fault: 'does not hear that it is over',
    caughtBy: 'an aborted call does nothing and rejects with the reason',
    make: { execute: async ({ name }) => `Hello ${name}` },
  },
  {
    fault: 'throws what is no Forge error',
    caughtBy: 'a call that cannot work rejects with a Forge error',
    make: {
      async execute() {
        throw new TypeError('no');
      },
    },
  },
  {
    fault: 'keeps state between calls',
    caughtBy: 'two calls at once do not disturb each other',
    make: { execute: async () => `Hello number ${calls++}` },
  },
  { fault: 'says nothing', caughtBy: 'what the model reads is text', make: { render: () => '' } },
  {
    fault: 'has a name with a space',
    caughtBy: 'the name is one that every model accepts',
    make: { name: 'greet all' },
  },
];

const untrue: readonly { readonly fault: string; readonly make: Partial<Tool> }[] = [
  { fault: 'names another file than it writes', make: { touches: () => ['other.txt'] } },
  { fault: 'writes and names no file', make: { touches: () => [] } },
  { fault: 'names files and says that it only reads', make: { effect: 'read' } },
  { fault: 'names files and may do anything', make: { effect: 'once' } },
];

describe('the tool contract catches a tool that', () => {
  test.each(untrue)('$fault', async ({ make }) => {
    const name = 'a call changes no other file than those it says that it touches';
    const failing = await failingCases(only(toolCases, name), () => subjectInFolder({ ...leave, ...make }));
    expect(failing).toEqual([name]);
  });

  test.each(wrong)('$fault', async ({ make, caughtBy }) => {
    expect(await failingCases(only(toolCases, caughtBy), () => subjectOf({ ...greet, ...make }))).toEqual([caughtBy]);
  });
});
