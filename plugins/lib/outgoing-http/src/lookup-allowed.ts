import { lookup as lookupName, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { forgeError, type ForgeError } from '@forge/plugin-api';
import { isPublicAddress } from './public-address.ts';

/** All addresses of a name, as the system knows them. */
export type ResolveName = (name: string) => Promise<readonly LookupAddress[]>;

export const resolveName: ResolveName = (name) =>
  new Promise((resolve, reject) => {
    lookupName(name, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)));
  });

/**
 * For a connection: the addresses of its name, or WEBHOOK_FORBIDDEN when one of them is not public. What was looked at
 * here is what is connected to, so a name that leads elsewhere the next time it is asked for gains nothing.
 */
export function lookupPublic(resolve: ResolveName): LookupFunction {
  return (name, { all = false }, callback) => {
    resolve(name).then(
      (addresses) => {
        const [first] = addresses;
        const refused = addresses.find(({ address }) => !isPublicAddress(address));
        if (first === undefined || refused !== undefined) callback(forbidden(name, refused?.address), '');
        else if (all) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

/** Names are looked at when they are resolved; an address in the URL itself never is. Throws WEBHOOK_FORBIDDEN. */
export function refusePrivateLiteral({ hostname }: URL): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw forbidden(host, host);
}

function forbidden(host: string, address: string | undefined): ForgeError {
  return forgeError('WEBHOOK_FORBIDDEN', `A webhook may not be sent to ${host}`, {
    where: host,
    why: address === undefined ? 'it has no address' : `${address} is no address of the public Internet`,
    fix: 'allow it where the webhook is configured: "allowPrivate": true',
  });
}
