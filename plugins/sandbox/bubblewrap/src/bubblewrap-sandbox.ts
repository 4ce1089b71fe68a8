import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Command, Sandbox, SandboxPolicy } from '@forge/plugin-api';
import { mounts } from './mounts.ts';

const run = promisify(execFile);

/** Root keeps its capabilities in a sandbox, and could mount the system writable again, unless they are taken away. */
const separation = [
  ...['--unshare-pid', '--unshare-ipc', '--unshare-cgroup-try', '--cap-drop', 'ALL'],
  ...['--die-with-parent', '--new-session'],
];
/** Without the last one, root without any capability may still change the kernel's settings. */
const system = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--ro-bind', '/proc/sys', '/proc/sys'];
/** Emptied, because sockets in there act for whoever asks (docker, dbus, ssh agents), read-only mount or not. */
const socketFolders = ['/run', '/var/tmp'];
/** Of /run, what finding names on the network and programs on NixOS needs. */
const neededOfRun = [
  ...['/run/systemd/resolve', '/run/resolvconf', '/run/NetworkManager/resolv.conf'],
  ...['/run/current-system', '/run/wrappers', '/run/opengl-driver'],
];

/** Namespaces of its own for files, processes and, where the policy says so, the network. Linux only. */
export const bubblewrapSandbox = {
  name: 'bubblewrap',
  level: 'namespace',

  async probe({ signal }: { readonly signal: AbortSignal }) {
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
} satisfies Sandbox;

function wrap({ file, args, ...command }: Command, policy: SandboxPolicy): Command {
  const options = [
    ...separation,
    ...(policy.network === 'none' ? ['--unshare-net'] : []),
    ...system,
    ...socketFolders.filter((path) => existsSync(path)).flatMap((path) => ['--tmpfs', path]),
    ...neededOfRun.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', path, path]),
    ...temporaryFolder(command, policy),
    ...mounts(policy),
    ...['--chdir', command.cwd],
  ];
  return { ...command, file: 'bwrap', args: [...options, '--', file, ...args] };
}

/** Programs that write to /tmp whatever TMPDIR says find what they wrote in their next command, too. */
function temporaryFolder({ env }: Pick<Command, 'env'>, { writable }: SandboxPolicy): readonly string[] {
  const own = env['TMPDIR'];
  return own !== undefined && writable.includes(own) ? ['--bind', own, '/tmp'] : ['--tmpfs', '/tmp'];
}

function whyNot(error: unknown): string {
  const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: string };
  if (code === 'ENOENT') return 'bwrap is not installed; on Debian: apt-get install bubblewrap';
  return `bwrap does not work here: ${stderr?.trim() || String(error)}`;
}
