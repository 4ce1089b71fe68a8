import { expect, test } from 'vitest';
import { isPublicAddress } from '../src/index.ts';

test.each(['8.8.8.8', '1.1.1.1', '2606:4700::1111', '::ffff:8.8.8.8'])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  ['127.0.0.1', 'loopback'],
  ['127.255.0.9', 'loopback'],
  ['::1', 'loopback'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['192.168.1.1', 'private'],
  ['fd00:ec2::254', 'private, where a cloud keeps credentials'],
  ['169.254.169.254', 'link-local, where clouds keep credentials'],
  ['fe80::1', 'link-local'],
  ['168.63.129.16', 'the host of a virtual machine'],
  ['100.64.0.1', 'shared by a provider'],
  ['100.100.100.200', 'shared by a provider, where a cloud keeps credentials'],
  ['0.0.0.0', 'this machine'],
  ['::', 'this machine'],
  ['224.0.0.1', 'many machines'],
  ['255.255.255.255', 'all machines'],
  ['::ffff:127.0.0.1', 'IPv4 in IPv6'],
  ['::ffff:a9fe:a9fe', 'IPv4 in IPv6'],
  ['::127.0.0.1', 'IPv4 in IPv6, the old way'],
  ['::7f00:1', 'IPv4 in IPv6, the old way'],
  ['64:ff9b::7f00:1', 'IPv4 behind a translator'],
  ['2002:7f00:1::', 'IPv4 behind a tunnel'],
  ['2001:db8::1', 'for documents'],
  ['localhost', 'no address'],
  ['', 'no address'],
])('%s is not: %s', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});
