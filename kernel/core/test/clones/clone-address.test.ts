import { describe, expect, test } from 'vitest';
import { cloneAddressOf } from '../../src/clones/clone-address.ts';

const usual = ['https', 'ssh'] as const;

describe('what may be cloned from', () => {
  test.each([
    ['https://git.example.org/team/shop.git', { protocol: 'https', host: 'git.example.org', port: 443 }],
    ['https://git.example.org:8443/shop', { protocol: 'https', host: 'git.example.org', port: 8443 }],
    ['https://[2001:db8::1]/shop.git', { protocol: 'https', host: '2001:db8::1', port: 443 }],
    ['ssh://git@git.example.org:2222/team/shop.git', { protocol: 'ssh', host: 'git.example.org', port: 2222 }],
    ['git@git.example.org:team/shop.git', { protocol: 'ssh', host: 'git.example.org', port: undefined }],
    ['git.example.org:shop.git', { protocol: 'ssh', host: 'git.example.org' }],
  ])('%s', (url, expected) => {
    expect(cloneAddressOf(url, usual)).toMatchObject({ url, ...expected });
  });

  test.each([
    ['https://GIT.Example.org/shop.git', 'https://git.example.org/shop.git'],
    ['https://0x7f000001/shop.git', 'https://127.0.0.1/shop.git'],
    ['https://%31%32%37.0.0.1/shop.git', 'https://127.0.0.1/shop.git'],
    ['https://bücher.example/shop.git', 'https://xn--bcher-kva.example/shop.git'],
  ])('%s is asked as %s', (text, url) => {
    expect(cloneAddressOf(text, usual)).toMatchObject({ url, host: new URL(url).hostname });
  });

  test.each(['http://git.example.org/shop.git', 'file:///srv/shop.git'])('%s, when it is allowed', (url) => {
    expect(() => cloneAddressOf(url, usual)).toThrow(expect.objectContaining({ code: 'CLONE_FORBIDDEN' }));
    expect(cloneAddressOf(url, ['http', 'file'])).toMatchObject({ url });
  });
});

test.each([
  ['a program', 'ext::sh -c whoami'],
  ['a program without blanks', 'ext::whoami'],
  ['a file descriptor', 'fd::17/shop'],
  ['a protocol without any protection', 'git://git.example.org/shop.git'],
  ['a helper by its name', 'foo::https://git.example.org/shop.git'],
  ['a folder', '/srv/shop.git'],
  ['a folder here', './shop'],
  ['an option', '--upload-pack=whoami'],
  ['an option as host', 'ssh://-oProxyCommand=whoami/shop'],
  ['an option as user', 'ssh://-oProxyCommand=whoami@git.example.org/shop'],
  ['an option as host, for short', '-oProxyCommand=whoami:shop'],
  ['an option as path', 'git.example.org:-u./whoami'],
  ['a password', 'https://person:secret@git.example.org/shop.git'],
  ['a token as user', 'https://secret@git.example.org/shop.git'],
  ['a password for ssh', 'ssh://person:secret@git.example.org/shop.git'],
  ['a question', 'https://git.example.org/shop.git?token=secret'],
  ['a line break', 'https://git.example.org/shop\n.git'],
  ['a blank', 'https://git.example.org/my shop.git'],
  ['a file of another machine', 'file://elsewhere/shop.git'],
  ['nothing', ''],
])('%s may not be cloned from, and what is wrong is said without it', (_, url) => {
  const refused = expect.objectContaining({
    code: 'CLONE_FORBIDDEN',
    message: expect.not.stringContaining('secret'),
    details: expect.objectContaining({ why: expect.not.stringContaining('secret') }),
  });
  expect(() => cloneAddressOf(url, ['https', 'ssh', 'http', 'file'])).toThrow(refused);
});
