import { definePlugin, type ConfigLayer, type RecallQuery } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { tokens } from '../../src/host/tokens.ts';
import { inline, memory, tool } from '../support/fakes.ts';
import { host } from '../support/host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const tools = (name: string, ...names: string[]) =>
  inline(name, { tools: names }, definePlugin({ tools: names.map((one) => tool(one)) }));

describe('tools', () => {
  const inlinePlugins = [tools('zoo', 'zebra', 'ape'), tools('@acme/more', 'fs', 'bear')];
  it.each<[string, NonNullable<ConfigLayer['tools']>, string[]]>([
    ['all', {}, ['ape', 'bear', 'fs', 'zebra']],
    ['those allowed', { allow: ['zebra', '@acme/more/fs'] }, ['fs', 'zebra']],
    ['all but those denied', { deny: ['zoo/ape', 'fs'] }, ['bear', 'zebra']],
    ['none that is denied and allowed', { allow: ['ape', 'fs'], deny: ['ape'] }, ['fs']],
    ['none', { allow: [] }, []],
    ['none at all', { deny: ['*'] }, []],
  ])('are %s, in the order of names', async (_name, config, expected) => {
    const opened = await host(temporaryFolder(), { inlinePlugins, flags: { tools: config } });
    expect((await opened.get(tokens.runDeps).tools()).map(({ name }) => name)).toEqual(expected);
  });
});

it('offers the tools of an opt-in plugin only where the configuration names the plugin or the tool', async () => {
  const optIn = inline('zoo', { tools: ['ape'] }, definePlugin({ tools: [tool('ape')] }), { optIn: true });
  const inlinePlugins = [optIn, tools('usual', 'fs')];
  const offered = async (flags: ConfigLayer) => {
    const opened = await host(temporaryFolder(), { inlinePlugins, flags });
    return (await opened.get(tokens.runDeps).tools()).map(({ name }) => name);
  };
  expect(await offered({})).toEqual(['fs']);
  expect(await offered({ plugins: ['zoo'] })).toEqual(['ape', 'fs']);
  expect(await offered({ tools: { allow: ['*', 'ape'] } })).toEqual(['ape', 'fs']);
  expect(await offered({ plugins: ['zoo'], tools: { deny: ['ape'] } })).toEqual(['fs']);
});

describe('memory', () => {
  it('knows which repository is the current one', async () => {
    const queries: RecallQuery[] = [];
    const inlinePlugins = [memory('m', { recall: async (query) => (queries.push(query), []) })];
    const opened = await host(temporaryFolder(), { inlinePlugins, flags: { memory: 'm' } });
    const store = await opened.get(tokens.runDeps).memory();
    await store.recall({ context: 'a' });
    await store.recall({ context: 'a', repoId: 'another' });
    expect(queries.map(({ repoId }) => repoId)).toEqual([opened.get(tokens.repositoryId), 'another']);
    expect(store.name).toBe('m');
  });
});

describe('the rest', () => {
  it('is what the host has', async () => {
    const cwd = temporaryFolder({ '.git/HEAD': '' });
    const opened = await host(cwd, { env: { GITHUB_TOKEN: 'abcdef-123456-xyz' }, forgeVersion: '1.2.3' });
    const deps = opened.get(tokens.runDeps);
    expect(deps).toMatchObject({ forgeVersion: '1.2.3', stateDirectory: `${cwd}/.forge`, owner: { pid: process.pid } });
    expect(deps.mask('it is abcdef-123456-xyz')).toBe('it is [masked]');
    expect(deps.isAlive(deps.owner)).toBe(true);
    expect(deps.newId() < deps.newId()).toBe(true);
    expect(Object.isFrozen(deps.config)).toBe(true);
    await expect(deps.store()).rejects.toMatchObject({ code: 'CONTRIBUTION_NOT_FOUND' });
  });
});
