import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isPublicAddress } from '../world/public-address.ts';
import type { ResolveName } from '../world/resolve-name.ts';

/** Where this machine itself answers, and where clouds keep its credentials. */
const here = new Set(['linkLocal', 'loopback', 'unspecified']);

/**
 * For a connection: the addresses of a name. One that the author of a plugin chose may not lead to this machine, or who
 * owns the name could have it lead there at any time. Only `localhost` says so by itself to whoever approves it.
 */
export function lookupHost(resolve: ResolveName, mayBeHere: boolean): LookupFunction {
  return lookupBut(resolve, (name, addresses) => {
    const leadsHere = mayBeHere || isLocalhost(name) ? undefined : addresses.find(isHere);
    return leadsHere && new Error(`${name} leads to ${leadsHere.address}, which is this machine`);
  });
}

/** A name leads somewhere else than to the public Internet. */
export class NotPublic extends Error {}

/** Only the public Internet: what a connection goes to is what was looked at. */
export function lookupPublic(resolve: ResolveName): LookupFunction {
  const refusalOf = (name: string, addresses: readonly LookupAddress[]) => {
    const found = addresses.find(({ address }) => !isPublicAddress(address));
    return found && new NotPublic(`${name} leads to ${found.address}, which is no address of the public Internet`);
  };
  return lookupBut(resolve, refusalOf);
}

function lookupBut(
  resolve: ResolveName,
  refusalOf: (name: string, addresses: readonly LookupAddress[]) => Error | undefined,
): LookupFunction {
  return (name, { all = false }, callback) => {
    resolve(name).then(
      (addresses) => {
        const [first] = addresses;
        const refusal = refusalOf(name, addresses);
        if (refusal !== undefined) callback(refusal, '');
        else if (first === undefined) callback(new Error(`${name} has no address`), '');
        else if (all) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

function isLocalhost(name: string): boolean {
  return /^(.+\.)?localhost$/i.test(name);
}

function isHere({ address }: LookupAddress): boolean {
  // Without the network interface, as in fe80::1%eth0.
  return here.has(ipaddr.process(address.replace(/%.*/, '')).range());
}
