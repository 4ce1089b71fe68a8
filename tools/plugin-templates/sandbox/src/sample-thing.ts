import type { Sandbox } from '@forge/plugin-api';

/**
 * Lets a command run when nobody else needs the machine. It confines nothing: the level says so. One that does rewrites
 * the command so that it cannot reach more than the policy names.
 */
export const sampleThing: Sandbox = {
  name: 'sample-thing',
  level: 'process',
  async probe({ signal, exec }) {
    try {
      const command = { file: 'nice', args: ['-n', '19', 'true'], cwd: '/', env: { PATH: '/usr/bin:/bin' } };
      const { exitCode, output } = await exec(command);
      return exitCode === 0
        ? { ok: true, detail: 'lowest priority; same files and network' }
        : { ok: false, detail: `nice does not work here: ${output}` };
    } catch (error) {
      signal.throwIfAborted();
      return {
        ok: false,
        detail: `nice does not work here: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
  },
  wrap: ({ file, args, ...command }) => ({ ...command, file: 'nice', args: ['-n', '19', '--', file, ...args] }),
};
