import { isIP } from 'node:net';
import type { RemoteSource } from '@forge/engine';
import { type Clock, forgeError, type ResolvedConfig } from '@forge/plugin-api';
import { type CloneAddress, cloneAddressOf } from './clone-address.ts';
import { isPublicAddress } from '../world/public-address.ts';
import { resolveName, type ResolveName } from '../world/resolve-name.ts';

/** The way to repositories elsewhere, as configured. */
export interface Remotes {
  /** Throws CLONE_FORBIDDEN for an address that may not be used, without looking at what is there. */
  check(url: string): void;
  /**
   * Makes a clone whose working tree is the newest commit of the default branch, or brings one up to date. Rejects with
   * CLONE_FORBIDDEN, CLONE_FAILED and REPOSITORY_EMPTY.
   */
  follow(
    directory: string,
    url: string,
    call: { readonly signal: AbortSignal; onProgress(line: string): void },
  ): Promise<void>;
  /** Gives a branch of a clone to where that is from. Overwrites nothing. Rejects with CLONE_FORBIDDEN and PUSH_FAILED. */
  push(directory: string, url: string, call: { readonly branch: string; readonly signal: AbortSignal }): Promise<void>;
}

export interface RemotesWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** All addresses of a name. Default: as the system knows them. */
  readonly resolve?: ResolveName;
}

type Settings = Pick<
  ResolvedConfig['server'],
  'cloneProtocols' | 'privateCloneHosts' | 'cloneCredentials' | 'cloneMinutes' | 'cloneMegabytes'
>;

/**
 * Only hosts whose key is known are talked to, so whoever may add repositories reaches nothing by ssh but where the
 * server's user has been. Nobody can be asked.
 */
const sshCommand = 'ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ForwardAgent=no -o ConnectTimeout=30';

export function createRemotes(settings: Settings, { env, clock, resolve = resolveName }: RemotesWorld): Remotes {
  const addressOf = (url: string) => cloneAddressOf(url, settings.cloneProtocols);
  return {
    check: (url) => void addressOf(url),
    async follow(directory, url, { signal, onProgress }) {
      const source = await sourceOf(addressOf(url), settings, { env, resolve });
      const { followRemote } = await import('@forge/engine');
      const limits = { milliseconds: settings.cloneMinutes * 60_000, bytes: settings.cloneMegabytes * 1024 * 1024 };
      await followRemote({ directory, source, env, clock, limits, signal, onProgress });
    },
    async push(directory, url, { branch, signal }) {
      const source = await sourceOf(addressOf(url), settings, { env, resolve });
      const { pushBranch } = await import('@forge/engine');
      await pushBranch({ directory, branch, source, env, signal, milliseconds: settings.cloneMinutes * 60_000 });
    },
  };
}

async function sourceOf(
  address: CloneAddress,
  settings: Settings,
  { env, resolve }: Required<Pick<RemotesWorld, 'env' | 'resolve'>>,
): Promise<RemoteSource> {
  const { url, protocol } = address;
  if (protocol === 'file') return { url, protocol, settings: [] };
  if (protocol === 'ssh')
    return {
      url,
      protocol,
      settings: [
        ['core.sshCommand', sshCommand],
        ['ssh.variant', 'ssh'],
      ],
    };
  return {
    url,
    protocol,
    settings: [...(await pinned(address, settings, resolve)), ...credentialsFor(address, settings, env)],
  };
}

/** What was looked at here is what git connects to: a name that leads elsewhere the next time gains nothing. */
async function pinned(
  { host, port = 0 }: CloneAddress,
  { privateCloneHosts }: Settings,
  resolve: ResolveName,
): Promise<RemoteSource['settings']> {
  const isNumber = isIP(host) !== 0;
  const addresses = isNumber ? [host] : await addressesOf(host, resolve);
  const refused = privateCloneHosts.includes(host) ? undefined : addresses.find((one) => !isPublicAddress(one));
  if (refused !== undefined)
    throw forgeError('CLONE_FORBIDDEN', `Nothing may be cloned from ${host}`, {
      where: host,
      why: `${refused} is no address of the public Internet`,
      fix: 'name the host in server.privateCloneHosts',
    });
  if (isNumber) return [];
  const list = addresses.map((one) => (isIP(one) === 6 ? `[${one}]` : one)).join(',');
  return [['http.curloptResolve', `${host}:${port}:${list}`]];
}

async function addressesOf(host: string, resolve: ResolveName): Promise<readonly string[]> {
  try {
    return (await resolve(host)).map(({ address }) => address);
  } catch (error) {
    throw forgeError('CLONE_FAILED', `The host ${host} was not found`, { fix: 'look at the address', cause: error });
  }
}

/** In a header, which git takes from its environment: no argument and no file holds it. */
function credentialsFor(
  { host, port }: CloneAddress,
  { cloneCredentials }: Settings,
  env: RemotesWorld['env'],
): RemoteSource['settings'] {
  const found = cloneCredentials.find((one) => one.host === host || one.host === `${host}:${port}`);
  if (found === undefined) return [];
  const token = env[found.token.env] ?? '';
  if (token === '')
    throw forgeError('CLONE_FAILED', `${found.token.env}, which holds the token for ${host}, is not set`, {
      fix: 'set it where the server is started, or change server.cloneCredentials',
    });
  const basic = Buffer.from(`${found.user}:${token}`).toString('base64');
  return [['http.extraHeader', `Authorization: Basic ${basic}`]];
}
