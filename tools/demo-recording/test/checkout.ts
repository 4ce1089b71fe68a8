import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Json } from '@forge/plugin-api';
import { onTestFinished } from 'vitest';
import type { Dialogue, ToolRequest } from '../src/dialogue.ts';

const sample = fileURLToPath(new URL('../../../apps/cli/demo/repository', import.meta.url));

export interface TestRun {
  readonly exitCode: number | undefined;
  readonly passed: number;
  readonly failed: number;
  readonly output: string;
}

/** The sample repository in a folder of its own, on which the dialogue's tool calls are really carried out. */
export function checkout() {
  const directory = mkdtempSync(join(tmpdir(), 'forge-demo-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  cpSync(sample, directory, { recursive: true });
  const pathOf = (path: Json | undefined) => join(directory, textOf(path));
  const readFile = (path: Json | undefined) => readFileSync(pathOf(path), 'utf8');

  const tools: Readonly<Record<string, (input: ToolRequest['input']) => TestRun | undefined>> = {
    fs_read(input) {
      readFile(input['path']);
      return undefined;
    },
    fs_write(input) {
      mkdirSync(dirname(pathOf(input['path'])), { recursive: true });
      writeFileSync(pathOf(input['path']), textOf(input['content']), { flag: 'wx' });
      return undefined;
    },
    fs_edit(input) {
      const edits = input['edits'] as readonly { readonly old: string; readonly new: string }[];
      const edited = edits.reduce((text, { old, new: replacement }) => {
        if (text.split(old).length !== 2) throw new Error(`not exactly once in ${textOf(input['path'])}: ${old}`);
        return text.replace(old, () => replacement);
      }, readFile(input['path']));
      writeFileSync(pathOf(input['path']), edited);
      return undefined;
    },
    shell: (input) => test(textOf(input['command']).split(' ')),
  };

  function test([program = '', ...args]: readonly string[]): TestRun {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { status, stdout } = spawnSync(program, args, { cwd: directory, encoding: 'utf8', env });
    const count = (word: string) => Number(new RegExp(`^\\W+${word} (\\d+)$`, 'm').exec(stdout)?.[1]);
    return { exitCode: status ?? undefined, passed: count('pass'), failed: count('fail'), output: stdout };
  }

  return {
    readFile,
    test: () => test(['node', '--test']),
    /** Carries out all calls and gives what the commands among them showed. */
    play: ({ turns }: Dialogue): TestRun[] =>
      turns
        .flatMap((turn) => ('calls' in turn ? turn.calls : []))
        .map(({ tool, input }) => {
          const act = tools[tool];
          if (act === undefined) throw new Error(`no tool ${tool}`);
          return act(input);
        })
        .filter((seen) => seen !== undefined),
  };
}

function textOf(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  throw new Error(`expected text, found ${JSON.stringify(value)}`);
}
