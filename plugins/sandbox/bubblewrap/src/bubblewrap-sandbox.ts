import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Command, Sandbox, SandboxPolicy } from '@forge/plugin-api';
import { mounts } from './mounts.ts';

const run = promisify(execFile);

/** Namespaces of its own for files, processes and, where the policy says so, the network. Linux only. */
export const bubblewrapSandbox: Sandbox = {
  name: 'bubblewrap',
  level: 'namespace',

  async probe({ signal }) {
    const trial = wrap(
      { file: 'true', args: [], cwd: '/', env: {} },
      { writable: [], readable: [], hidden: [], network: 'none' },
    );
    try {
      await run(trial.file, [...trial.args], { signal });
      return { ok: true, detail: 'read-only system, hidden home, own processes' };
    } catch (error) {
      return { ok: false, detail: whyNot(error) };
    }
  },

  wrap,
};

function wrap({ file, args, ...command }: Command, policy: SandboxPolicy): Command {
  const options = [
    ...['--unshare-pid', '--unshare-ipc', '--die-with-parent', '--new-session'],
    ...(policy.network === 'none' ? ['--unshare-net'] : []),
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp'],
    ...mounts(policy),
    ...['--chdir', command.cwd],
  ];
  return { ...command, file: 'bwrap', args: [...options, '--', file, ...args] };
}

function whyNot(error: unknown): string {
  const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: string };
  if (code === 'ENOENT') return 'bwrap is not installed; on Debian: apt-get install bubblewrap';
  return `bwrap does not work here: ${stderr?.trim() || String(error)}`;
}
