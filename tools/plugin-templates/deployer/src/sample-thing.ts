import { type Deployer, forgeError } from '@forge/plugin-api';

/** Delivers the branch, then lets a program of the project bring it to where it runs. */
export function createSampleThing(script: string): Deployer {
  return {
    name: 'sample-thing',
    async plan({ change }) {
      return { stages: [{ name: 'release', description: `Runs ${script} with ${change.branch}` }] };
    },
    async deployTo(stage, { change }, ctx) {
      if (stage.name !== 'release') throw forgeError('UNSUPPORTED', `There is no stage "${stage.name}"`);
      ctx.signal.throwIfAborted();
      const { branch, commit } = await delivered(ctx.deliverBranch);
      // The key makes a repeated call find what the first one did.
      const args = ['release', '--commit', commit, '--key', ctx.idempotencyKey];
      const { exitCode, output } = await ctx.exec({ file: script, args, timeoutMs: 600_000 });
      if (exitCode === 0) return { location: branch, detail: output.trim().split('\n').at(-1) ?? '' };
      throw forgeError('DEPLOY_FAILED', `The release of ${change.branch} ended with ${exitCode ?? 'a signal'}`, {
        why: output.slice(-500) || `${script} wrote nothing`,
      });
    },
  };

  async function delivered(deliver: () => Promise<{ readonly branch: string; readonly commit: string }>) {
    try {
      return await deliver();
    } catch (cause) {
      throw forgeError('DEPLOY_FAILED', 'The branch could not be delivered', { cause });
    }
  }
}
