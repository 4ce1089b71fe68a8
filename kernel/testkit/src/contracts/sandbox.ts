import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { Command, Sandbox, SandboxPolicy } from '@forge/plugin-api';
import type { ContractCase, ContractOptions } from './contract-case.ts';
import { registerContract } from './register-contract.ts';

export interface SandboxSubject {
  readonly sandbox: Sandbox;
  /** An empty folder of the case's own, not below `/tmp`: a sandbox may have a `/tmp` of its own. */
  readonly folder: string;
}

interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
}

/** Starts what the sandbox made of a command, as the kernel would. */
async function start(command: Command): Promise<Ended> {
  const child = spawn(command.file, command.args, { cwd: command.cwd, env: command.env, stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.on('error', () => undefined).end(command.stdin);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, output };
}

/** Runs a command for a trial. */
async function tryOut(command: Command) {
  const { exitCode, output } = await start(command);
  return { exitCode: exitCode ?? undefined, output };
}

interface Place {
  readonly workspace: string;
  readonly beside: string;
  readonly policy: SandboxPolicy;
  sh(line: string, given?: Partial<Command> & { readonly policy?: Partial<SandboxPolicy> }): Promise<Ended>;
}

function placeIn({ sandbox, folder }: SandboxSubject): Place {
  const [workspace, beside] = [join(folder, 'workspace'), join(folder, 'beside')];
  for (const path of [workspace, beside]) mkdirSync(path);
  writeFileSync(join(beside, 'secret.txt'), 'canary');
  const policy: SandboxPolicy = { writable: [workspace], readable: [], hidden: [], network: 'none' };
  return {
    workspace,
    beside,
    policy,
    async sh(line, { policy: changed = {}, ...given } = {}) {
      const command = { file: 'sh', args: ['-c', line], cwd: workspace, env: { PATH: '/usr/bin:/bin' }, ...given };
      return start(await sandbox.wrap(command, { ...policy, ...changed }));
    },
  };
}

type SandboxCase = ContractCase<SandboxSubject>;

/** What every level does. */
const commonCases: readonly SandboxCase[] = [
  {
    name: 'says that it works here, and how',
    async run({ sandbox }) {
      const { ok, detail } = await sandbox.probe({ signal: new AbortController().signal, exec: tryOut });
      assert.ok(ok, detail);
      assert.ok(detail.trim() !== '' && !detail.includes('\n'), detail);
    },
  },
  {
    name: 'wrapping has no effect, changes nothing, and gives the same again',
    async run({ sandbox, folder }) {
      const command = Object.freeze({
        file: 'touch',
        args: Object.freeze(['made']),
        cwd: folder,
        env: Object.freeze({}),
      });
      const policy = Object.freeze({
        writable: Object.freeze([folder]),
        readable: [],
        hidden: [],
        network: 'none' as const,
      });
      assert.deepEqual(await sandbox.wrap(command, policy), await sandbox.wrap(command, policy));
      assert.equal(existsSync(join(folder, 'made')), false);
    },
  },
  {
    name: 'exit code and output come through',
    async run(subject) {
      const { sh } = placeIn(subject);
      assert.deepEqual(await sh('echo one; echo two >&2; exit 3'), { exitCode: 3, output: 'one\ntwo\n' });
      assert.deepEqual(await sh('true'), { exitCode: 0, output: '' });
    },
  },
  {
    name: 'arguments arrive as they are',
    async run(subject) {
      const { sh } = placeIn(subject);
      const odd = ['', ' ', '--', '-n', '$HOME', '`id`', "it's", '"', '\\', 'line\nbreak', '*', 'ü😀'];
      const { output } = await sh('', {
        args: ['-c', 'for each in "$@"; do printf "<%s>" "$each"; done', 'sh', ...odd],
      });
      assert.equal(output, odd.map((each) => `<${each}>`).join(''));
    },
  },
  {
    name: 'the environment is the one that was given, and nothing else',
    async run(subject) {
      const { sh } = placeIn(subject);
      const { output } = await sh('', { file: '/usr/bin/env', args: [], env: { PATH: '/usr/bin:/bin', ODD: 'a b=c' } });
      const known = output.split('\n').filter((line) => line !== '' && !/^(PWD|OLDPWD|SHLVL|_)=/.test(line));
      assert.deepEqual(known.toSorted(), ['ODD=a b=c', 'PATH=/usr/bin:/bin']);
    },
  },
  {
    name: 'the command starts where it is told, and reads what it is given',
    async run(subject) {
      const { sh, workspace } = placeIn(subject);
      assert.equal((await sh('pwd -P')).output.trim(), realpathSync(workspace));
      mkdirSync(join(workspace, 'inner'));
      assert.equal(
        (await sh('pwd -P', { cwd: join(workspace, 'inner') })).output.trim(),
        realpathSync(join(workspace, 'inner')),
      );
      assert.equal((await sh('cat', { stdin: 'given' })).output, 'given');
      assert.equal((await sh('cat')).output, '');
    },
  },
  {
    name: 'what may be written is written for good',
    async run(subject) {
      const { sh, workspace } = placeIn(subject);
      assert.equal((await sh('echo made > file && mkdir folder && mv file folder')).exitCode, 0);
      assert.equal(readFileSync(join(workspace, 'folder/file'), 'utf8'), 'made\n');
    },
  },
  {
    name: 'a path that does not exist is no error',
    async run(subject) {
      const { sh, workspace } = placeIn(subject);
      const missing = join(workspace, 'missing');
      const policy = { writable: [workspace, missing], readable: [missing], hidden: [`${missing}/deep`] };
      assert.equal((await sh('true', { policy })).exitCode, 0);
    },
  },
];

/** What only namespaces or more can do; a sandbox of level `process` skips these. */
const confiningCases: readonly SandboxCase[] = [
  {
    name: 'nothing else can be written',
    async run(subject) {
      const { sh, beside } = placeIn(subject);
      const { exitCode } = await sh(`echo x > "${beside}/made" || echo x >> "${beside}/secret.txt"`);
      assert.notEqual(exitCode, 0);
      assert.equal(existsSync(join(beside, 'made')), false);
      assert.equal(readFileSync(join(beside, 'secret.txt'), 'utf8'), 'canary');
    },
  },
  {
    name: 'what is readable inside a writable folder is not written',
    async run(subject) {
      const { sh, workspace } = placeIn(subject);
      mkdirSync(join(workspace, 'kept'));
      writeFileSync(join(workspace, 'kept/file'), 'kept');
      const policy = { readable: [join(workspace, 'kept')] };
      const { output, exitCode } = await sh('cat kept/file; echo x > kept/file', { policy });
      assert.match(output, /^kept/);
      assert.notEqual(exitCode, 0);
      assert.equal(readFileSync(join(workspace, 'kept/file'), 'utf8'), 'kept');
    },
  },
  {
    name: 'what is hidden is not seen, folder or file',
    async run(subject) {
      const { sh, beside } = placeIn(subject);
      const line = `cat "${beside}/secret.txt"; ls "${beside}"; find "${beside}" -type f -exec cat {} +`;
      for (const hidden of [beside, join(beside, 'secret.txt')]) {
        const { output } = await sh(line, { policy: { hidden: [hidden] } });
        assert.equal(output.includes('canary'), false, output);
      }
    },
  },
  {
    name: 'of rules inside each other the deeper one wins',
    async run(subject) {
      const { sh, workspace, beside } = placeIn(subject);
      const inner = join(beside, 'inner');
      mkdirSync(inner);
      const policy = { hidden: [subject.folder], writable: [workspace, inner] };
      const { output } = await sh(`echo made > "${inner}/file"; cat "${beside}/secret.txt"`, { policy });
      assert.equal(readFileSync(join(inner, 'file'), 'utf8'), 'made\n');
      assert.equal(output.includes('canary'), false, output);
    },
  },
  {
    name: 'without a network nobody is reached, with one somebody is',
    async run(subject) {
      const { sh } = placeIn(subject);
      const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
      await once(server, 'listening');
      try {
        const { port } = server.address() as AddressInfo;
        const line = `exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3`;
        const given = { file: 'bash', args: ['--norc', '-c', line] };
        assert.notEqual((await sh('', given)).exitCode, 0);
        assert.equal((await sh('', { ...given, policy: { network: 'full' } })).output, 'hello');
      } finally {
        server.close();
      }
    },
  },
  {
    name: 'other processes are not seen',
    async run(subject) {
      const { sh } = placeIn(subject);
      assert.notEqual((await sh(`kill -0 ${process.pid}`)).exitCode, 0);
    },
  },
];

export const sandboxCases: readonly SandboxCase[] = [...commonCases, ...confiningCases];

/** Names of the cases that a sandbox of level `process` cannot keep, for its `skip`. */
export const confiningCaseNames: readonly string[] = confiningCases.map(({ name }) => name);

/** Registers the contract of `Sandbox`, with real commands. */
export function sandboxContract(options: ContractOptions<SandboxSubject>): void {
  registerContract('sandbox', sandboxCases, options);
}
