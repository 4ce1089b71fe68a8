import { type Json, type Manifest, manifestSchema } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { allowsHost, grantsOf } from '../../src/isolation/grants.ts';

const manifest = (permissions: object): Manifest =>
  manifestSchema.parse({ name: 'p', version: '1.0.0', type: 'tool', entry: './index.ts', provides: {}, permissions });

it.each<[string, Json, string, number, boolean]>([
  ['an address', { site: 'https://jira.example.org/x' }, 'jira.example.org', 443, true],
  ['an address, in other letters', { site: 'https://Jira.example.org' }, 'JIRA.example.org', 443, true],
  ['a port', { site: 'http://localhost:8080' }, 'localhost', 8080, true],
  ['a port, and no other', { site: 'http://localhost:8080' }, 'localhost', 22, false],
  ['a bare name', { hosts: ['api.example.org'] }, 'api.example.org', 443, true],
  ['an address of IPv6', { site: 'http://[::1]/' }, '::1', 80, true],
  ['an address of IPv6 with a port', { site: 'http://[::1]:8080/' }, '::1', 8080, true],
  ['nothing', {}, 'example.org', 443, false],
])('options that name %s', (_, options, host, port, allowed) => {
  const { hosts } = grantsOf(manifest({ network: ['*'] }), options, {});
  expect(allowsHost(hosts, host, port)).toBe(allowed);
});
