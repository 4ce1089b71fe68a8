import { personsGit, type Repository, type RepositoryWorld } from './repository.ts';

/** Branches that runs delivered, and whose commits HEAD does not have. */
export async function unmergedBranches(repository: Repository, { env }: RepositoryWorld): Promise<ReadonlySet<string>> {
  const git = personsGit(env, 'forge/git', repository);
  const names = await git.text([
    'for-each-ref',
    '--no-merged=HEAD',
    '--format=%(refname:lstrip=2)',
    'refs/heads/forge/',
  ]);
  return new Set(names.split('\n'));
}
