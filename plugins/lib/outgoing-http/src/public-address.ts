import ipaddr from 'ipaddr.js';

/** Networks that are no part of the public Internet although their addresses look so. */
const others = [
  // IPv4 in IPv6 as it was once written: what is behind it depends on the machine.
  '::/96',
  // Where virtual machines of Azure ask their host.
  '168.63.129.16/32',
].map((range) => ipaddr.parseCIDR(range));

/**
 * Is it an address of the public Internet? False for loopback, private, link-local (where clouds keep the machine's
 * credentials), multicast, reserved ones and those that stand for an IPv4 address, and for what is no address at all.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast') return false;
  return !others.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
}
