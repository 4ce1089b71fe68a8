import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createPluginContext, createToolContext } from '@forge/testkit/fakes';
import type { Tool, ToolContext } from '@forge/plugin-api';
import { onTestFinished } from 'vitest';
import plugin from '../src/index.ts';

const { tools = [] } = await plugin.setup(createPluginContext());

export function toolNamed(name: string): Tool {
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined) throw new Error(`There is no tool ${name}`);
  return tool;
}

export interface Project {
  /** Real path of the workspace. */
  readonly path: string;
  /** Real path of a folder beside it, with a file `secret.txt` in it. */
  readonly outside: string;
  readonly context: ToolContext;
  call(tool: string, input: object): Promise<string>;
  readonly remove: () => void;
}

/** A workspace with these files, and something outside that nobody may reach. */
export function createProject(files: Readonly<Record<string, string | Uint8Array>> = {}): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'forge-fs-')));
  const [path, outside] = [join(folder, 'workspace'), join(folder, 'outside')];
  const all = { 'outside/secret.txt': 'canary\n', 'workspace/.git/config': '[canary]\n' };
  const given = Object.fromEntries(Object.entries(files).map(([name, text]) => [`workspace/${name}`, text]));
  for (const [name, text] of Object.entries({ ...all, ...given })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const context = createToolContext({ workspace: path });
  return {
    path,
    outside,
    context,
    call: async (name, input) => {
      const tool = toolNamed(name);
      return (await tool.execute(tool.schema.input.parse(input), context)) as string;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The same, removed after the test. */
export function project(files?: Readonly<Record<string, string | Uint8Array>>): Project {
  const created = createProject(files);
  onTestFinished(created.remove);
  return created;
}
