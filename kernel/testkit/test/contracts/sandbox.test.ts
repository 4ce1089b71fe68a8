import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Sandbox } from '@forge/plugin-api';
import { describe, expect, test } from 'vitest';
import { confiningCaseNames, failingCases, only, sandboxCases, sandboxContract } from '../../src/contracts/index.ts';

const passThrough: Sandbox = {
  name: 'none',
  level: 'process',
  probe: async () => ({ ok: true, detail: 'confines nothing' }),
  wrap: (command) => command,
};

function subjectOf(sandbox: Sandbox) {
  const folder = mkdtempSync('/var/tmp/forge-sandbox-');
  return { sandbox, folder, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

sandboxContract({
  name: 'one of level process, which answers later',
  create: () => subjectOf({ ...passThrough, wrap: async (command) => command }),
  skip: Object.fromEntries(confiningCaseNames.map((name) => [name, 'a process sees the same files and network'])),
});

const quoted = ({ file, args }: Command) => [file, ...args].map((each) => `"${each}"`).join(' ');

const wrong: readonly { readonly fault: string; readonly caughtBy: string; readonly make: Partial<Sandbox> }[] = [
  {
    fault: 'goes through a shell',
    caughtBy: 'arguments arrive as they are',
    make: { wrap: (command) => ({ ...command, file: 'sh', args: ['-c', quoted(command)] }) },
  },
  {
    fault: 'lets the environment of the host in',
    caughtBy: 'the environment is the one that was given, and nothing else',
    make: { wrap: (command) => ({ ...command, env: { ...command.env, SECRET: 'canary' } }) },
  },
  {
    fault: 'starts somewhere else',
    caughtBy: 'the command starts where it is told, and reads what it is given',
    make: { wrap: (command) => ({ ...command, cwd: '/' }) },
  },
  {
    fault: 'forgets the input',
    caughtBy: 'the command starts where it is told, and reads what it is given',
    make: { wrap: ({ file, args, cwd, env }) => ({ file, args, cwd, env }) },
  },
  {
    fault: 'loses the exit code',
    caughtBy: 'exit code and output come through',
    make: {
      wrap: (command) => ({ ...command, file: 'sh', args: ['-c', '"$@"; true', 'sh', command.file, ...command.args] }),
    },
  },
  {
    fault: 'does something while it wraps',
    caughtBy: 'wrapping has no effect, changes nothing, and gives the same again',
    make: {
      wrap(command) {
        writeFileSync(join(command.cwd, 'made'), '');
        return command;
      },
    },
  },
  {
    fault: 'changes the command that it was given',
    caughtBy: 'wrapping has no effect, changes nothing, and gives the same again',
    make: { wrap: (command) => Object.assign(command, { file: 'env' }) },
  },
  {
    fault: 'does not say how it works',
    caughtBy: 'says that it works here, and how',
    make: { probe: async () => ({ ok: true, detail: '' }) },
  },
];

describe('the sandbox contract catches a sandbox that', () => {
  test.each(wrong)('$fault', async ({ make, caughtBy }) => {
    expect(await failingCases(only(sandboxCases, caughtBy), () => subjectOf({ ...passThrough, ...make }))).toEqual([
      caughtBy,
    ]);
  });

  test('confines nothing and says that it is a namespace', async () => {
    const failing = await failingCases(sandboxCases, () => subjectOf({ ...passThrough, level: 'namespace' }));
    expect(failing).toEqual(expect.arrayContaining([...confiningCaseNames]));
  });
});
