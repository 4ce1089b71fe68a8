import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { type ForgeError, forgeError } from '@forge/plugin-api';

/** Networks of IPv4 that are no part of the public Internet: private, loopback, link-local, shared, reserved. */
const notPublic = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3'],
  // Where virtual machines of Azure ask their host.
  '168.63.129.16/32',
];
const blocked = new BlockList();
for (const [network = '', bits] of notPublic.map((range) => range.split('/'))) blocked.addSubnet(network, Number(bits));

/** Of IPv6 only what is given out to the world, without what stands for other addresses. */
const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');
const special = new BlockList();
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
] as const) {
  special.addSubnet(network, bits, 'ipv6');
}

export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !blocked.check(address);
  return isIP(address) === 6 && global.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** What was looked at here is what is connected to. */
export const lookupPublic: LookupFunction = (name, { all = false }, callback) => {
  lookup(name, { all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '');
    const [first] = addresses;
    if (first === undefined || addresses.some(({ address }) => !isPublicAddress(address)))
      callback(forbidden(name), '');
    else if (all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

/** An address in the URL itself is never looked up. Throws WEBHOOK_FORBIDDEN. */
export function refusePrivateLiteral({ hostname }: URL): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw forbidden(host);
}

function forbidden(host: string): ForgeError {
  return forgeError('WEBHOOK_FORBIDDEN', `A webhook may not be sent to ${host}`, {
    fix: 'allow it where the webhook is configured: "allowPrivate": true',
  });
}
