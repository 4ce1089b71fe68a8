import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createToolContext } from '@forge/testkit/fakes';
import type { Tool, ToolContext } from '@forge/plugin-api';
import plugin from '../src/index.ts';

const { tools = [] } = await plugin.setup({} as never);

export function toolNamed(name: string): Tool {
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined) throw new Error(`There is no tool ${name}`);
  return tool;
}

const env = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_DATE: '2024-05-06T07:08:09Z',
  GIT_COMMITTER_DATE: '2024-05-06T07:08:09Z',
};

export interface Repository {
  readonly path: string;
  readonly context: ToolContext;
  write(files: Readonly<Record<string, string>>): void;
  git(...args: string[]): string;
  call(tool: string, input: object): Promise<string>;
  readonly remove: () => void;
}

/** A repository with two commits of `src/a.ts`. */
export function createRepository(): Repository {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'forge-git-')));
  const context = createToolContext({ workspace: path, env });
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
  const repository: Repository = {
    path,
    context,
    write(files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), text);
      }
    },
    git: (...args) => execFileSync('git', [...identity, ...args], { cwd: path, env, encoding: 'utf8', stdio: 'pipe' }),
    call: async (name, input) => {
      const tool = toolNamed(name);
      const output = (await tool.execute(tool.schema.input.parse(input), context)) as string;
      return tool.render?.(output) ?? output;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
  repository.git('init', '--quiet', '--initial-branch=main');
  for (const [text, subject] of [
    ['one\n', 'feat: begin'],
    ['two\n', 'fix: go on'],
  ] as const) {
    repository.write({ 'src/a.ts': text });
    repository.git('add', '.');
    repository.git('commit', '--quiet', '-m', subject);
  }
  return repository;
}
