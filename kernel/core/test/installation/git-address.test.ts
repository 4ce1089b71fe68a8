import { expect, it } from 'vitest';
import { gitAddress } from '../../src/installation/git-address.ts';

it.each([
  ['acme/reports', 'https://github.com/acme/reports.git', 'HEAD'],
  ['github:acme/reports#v1', 'https://github.com/acme/reports.git', 'v1'],
  ['gitlab:acme/reports', 'https://gitlab.com/acme/reports.git', 'HEAD'],
  ['bitbucket:acme/reports', 'https://bitbucket.org/acme/reports.git', 'HEAD'],
  ['git+https://git.example/reports#main', 'https://git.example/reports', 'main'],
  ['git+ssh://git@git.example/reports', 'ssh://git@git.example/reports', 'HEAD'],
  ['git+file:///srv/reports', 'file:///srv/reports', 'HEAD'],
  ['git@git.example:acme/reports.git', 'git@git.example:acme/reports.git', 'HEAD'],
  ['https://git.example/reports.git#abc', 'https://git.example/reports.git', 'abc'],
])('%s is a git address', (spec, url, ref) => {
  expect(gitAddress(spec)).toEqual({ url, ref });
});

it.each([
  'forge-plugin-jira',
  '@acme/reports',
  '@acme/reports@1.0.0',
  './reports',
  '../a/b',
  '/srv/reports',
  './a.tgz',
  'https://a.example/a.tgz',
])('%s is none', (spec) => {
  expect(gitAddress(spec)).toBeUndefined();
});
