import ipaddr from 'ipaddr.js';

/**
 * Is it an address of the public Internet? False for loopback, private and link-local ones, where clouds keep the
 * machine's credentials, and for what is no address at all. IPv4 in IPv6 counts as what it leads to.
 */
export function isPublicAddress(text: string): boolean {
  return ipaddr.isValid(text) && ipaddr.process(text).range() === 'unicast' && !others.some((one) => one === text);
}

/** Where virtual machines of Azure ask their host; it looks public. */
const others = ['168.63.129.16'];
