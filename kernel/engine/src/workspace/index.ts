export type { Checkout } from './checkout.ts';
export { followRemote } from './follow-remote.ts';
export { pushBranch } from './push-branch.ts';
export type { RemoteSource } from './remote-git.ts';
export { unmergedBranches } from './unmerged-branches.ts';
export { listFolders } from './list-folders.ts';
export { openRepository, type Repository } from './repository.ts';
export {
  createRunWorkspaces,
  removeRunDirectory,
  type RunOrigin,
  type RunWorkspacesHere,
  type RunWorkspacesOptions,
} from './run-workspaces.ts';
