import { execFile } from 'node:child_process';
import { forgeError } from '@forge/plugin-api';

/**
 * Runs git in a folder of Forge's own making, with nobody's configuration but what is given here. Resolves with what it
 * wrote; rejects with GIT_MISSING or GIT_FAILED.
 */
export function git(directory: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const neutral = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
  execFile('git', args, { cwd: directory, env: { PATH: env['PATH'], ...neutral } }, (error, stdout, stderr) => {
    if (error === null) resolve(stdout.trim());
    else if (error.code === 'ENOENT')
      reject(forgeError('GIT_MISSING', 'git is not installed', { fix: 'install git 2.34 or newer' }));
    else
      reject(forgeError('GIT_FAILED', `git ${args[0]} failed`, { where: directory, why: stderr.trim(), cause: error }));
  });
  return promise;
}
