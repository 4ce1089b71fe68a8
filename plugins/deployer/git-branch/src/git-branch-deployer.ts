import { type Deployer, forgeError, isForgeError } from '@forge/plugin-api';

/** Hands the change over as a branch of the person's repository; what happens to it from there is theirs. */
export const gitBranchDeployer: Deployer = {
  name: 'git-branch',
  async plan({ change }) {
    const files = change.files.length === 1 ? '1 file' : `${change.files.length} files`;
    return { stages: [{ name: 'branch', description: `Puts ${files} on the new branch ${change.branch}` }] };
  },
  async deployTo(stage, request, ctx) {
    if (stage.name !== 'branch') {
      throw forgeError('UNSUPPORTED', `The deployer git-branch has no stage "${stage.name}"`, {
        why: 'its only stage is "branch"',
      });
    }
    ctx.signal.throwIfAborted();
    try {
      const { branch, commit } = await ctx.deliverBranch();
      return { location: branch, detail: commit };
    } catch (error) {
      ctx.signal.throwIfAborted();
      if (isForgeError(error, 'DEPLOY_FAILED')) throw error;
      throw forgeError('DEPLOY_FAILED', `The branch ${request.change.branch} could not be delivered`, {
        why: error instanceof Error ? error.message : String(error),
        ...(isForgeError(error) && error.details.fix !== undefined ? { fix: error.details.fix } : {}),
        cause: error,
      });
    }
  },
};
