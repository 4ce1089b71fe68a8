/** An archive, by its path or by its address. */
export const isArchive = (spec: string): boolean =>
  gitAddress(spec) === undefined && (/\.(tgz|tar\.gz)$/.test(spec) || /^(https?|file):/.test(spec));

/** An address that git understands, with the commit, tag or branch that is wanted. */
export function gitAddress(spec: string): { readonly url: string; readonly ref: string } | undefined {
  const [address = '', ref = 'HEAD'] = spec.split('#', 2);
  const [, host] = /^(?:(github|gitlab|bitbucket):)?[\w.-]+\/[\w.-]+$/.exec(address) ?? [];
  const path = address.slice(address.indexOf(':') + 1);
  if (host !== undefined) return { url: `https://${host}.${host === 'bitbucket' ? 'org' : 'com'}/${path}.git`, ref };
  if (/^[\w-][\w.-]*\/[\w.-]+$/.test(address)) return { url: `https://github.com/${address}.git`, ref };
  const url = address.replace(/^git\+/, '');
  const isGit = /^git\+(https?|ssh|file):/.test(address) || /^(git|ssh):|^git@|\.git$/.test(address);
  return isGit ? { url, ref } : undefined;
}
