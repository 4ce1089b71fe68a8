import { createHash } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FetchRequest } from './fetch-plugin.ts';
import { gitAddress } from './git-address.ts';
import { runProgram } from './run-program.ts';

/** A plugin that is no npm package, unpacked. */
export interface UnpackagedPlugin {
  /** Absolute. */
  readonly folder: string;
  /** Of the archive, as npm writes it; of a repository, `git:` and the commit. */
  readonly integrity: string;
}

/**
 * What an archive or a git address holds, when that is no npm package: plugins of the Agent Plugins standard need not be
 * one. Undefined for anything else. Nothing of it runs.
 *
 * @param place an empty folder
 */
export async function fetchUnpackaged(request: FetchRequest, place: string): Promise<UnpackagedPlugin | undefined> {
  const fetched = (await unpacked(request, place)) ?? (await cloned(request, place));
  if (fetched === undefined) return undefined;
  return (await isFile(join(fetched.folder, 'package.json'))) ? undefined : fetched;
}

async function unpacked({ spec, cwd }: FetchRequest, folder: string): Promise<UnpackagedPlugin | undefined> {
  const file = resolve(cwd, spec);
  if (!/\.(tgz|tar\.gz)$/.test(spec) || !(await isFile(file))) return undefined;
  const { extract } = await import('tar');
  await extract({ file, cwd: folder, strip: 1, strict: true });
  const hash = createHash('sha512').update(await readFile(file));
  return { folder, integrity: `sha512-${hash.digest('base64')}` };
}

async function cloned({ spec, cwd, env, signal }: FetchRequest, place: string): Promise<UnpackagedPlugin | undefined> {
  const address = gitAddress(spec);
  if (address === undefined) return undefined;
  const folder = join(place, 'clone');
  await mkdir(folder);
  // It is only looked at: neither hooks nor submodules, and nobody is asked for a password.
  const git = (...args: string[]) =>
    runProgram({
      file: 'git',
      args: ['-c', 'core.hooksPath=/dev/null', '-c', 'advice.detachedHead=false', '-C', folder, ...args],
      cwd,
      env: { ...env, GIT_TERMINAL_PROMPT: '0' },
      signal,
    });
  await git('init', '--quiet', '--template=');
  await git('fetch', '--quiet', '--depth=1', '--no-tags', '--', address.url, address.ref);
  await git('checkout', '--quiet', 'FETCH_HEAD');
  return { folder, integrity: `git:${(await git('rev-parse', 'HEAD')).trim()}` };
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
