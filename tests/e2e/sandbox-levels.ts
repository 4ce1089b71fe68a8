import { spawnSync } from 'node:child_process';

/** Does bubblewrap really separate processes here? Looked at from inside, with a command that can do no harm. */
function separatesProcesses(): boolean {
  const args = ['--ro-bind', '/', '/', '--proc', '/proc', '--unshare-pid', '--', 'sh', '-c', 'cd /proc; echo [0-9]*'];
  const { status, stdout } = spawnSync('bwrap', args, { encoding: 'utf8' });
  return status === 0 && stdout.trim().split(' ').length <= 3 && !stdout.includes(String(process.pid));
}

export const hasNamespaces = separatesProcesses();

/** What a test that needs namespaces says in its name where there are none. */
export const whyNoNamespaces = hasNamespaces ? '' : ': skipped, bubblewrap does not work here';
