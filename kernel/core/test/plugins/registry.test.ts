import { definePlugin, type EventTransport } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { manifest, open } from '../support/open.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const bus = (name: string): EventTransport => ({ name, publish: async () => {}, subscribe: () => () => {} });
const plugin = (name: string, ...buses: string[]) => ({
  manifest: manifest(name, { buses }),
  definition: definePlugin({ buses: buses.map(bus) }),
});

describe('the registry', () => {
  const inlinePlugins = [plugin('@acme/fast', 'redis', 'nats'), plugin('slow', 'post')];

  it.each([
    ['redis', 'redis'],
    ['@acme/fast/redis', 'redis'],
    ['slow/post', 'post'],
  ])('gives %s', async (wanted, name) => {
    const forge = await open(temporaryFolder(), { inlinePlugins });
    expect((await forge.get('bus', wanted)).name).toBe(name);
  });

  it.each([
    ['rediss', 'There is no bus "rediss" — did you mean "redis"?'],
    ['slow/redis', 'There is no bus "slow/redis"'],
    ['@acme/fast', 'There is no bus "@acme/fast"'],
    ['/redis', 'There is no bus "/redis" — did you mean "redis"?'],
    ['', 'There is no bus ""'],
  ])('does not know %j', async (wanted, message) => {
    const forge = await open(temporaryFolder(), { inlinePlugins });
    await expect(forge.get('bus', wanted)).rejects.toMatchObject({
      code: 'CONTRIBUTION_NOT_FOUND',
      message,
      details: { why: 'There are: nats, post, redis.' },
    });
  });

  it('says so when nobody brings a kind', async () => {
    const forge = await open(temporaryFolder(), { inlinePlugins });
    await expect(forge.get('store', 'sqlite')).rejects.toMatchObject({ details: { why: 'No plugin brings a store.' } });
  });

  it('lists names in their order with their plugins', async () => {
    const forge = await open(temporaryFolder(), { inlinePlugins });
    expect(forge.names('bus')).toEqual([
      { name: 'nats', plugin: '@acme/fast' },
      { name: 'post', plugin: 'slow' },
      { name: 'redis', plugin: '@acme/fast' },
    ]);
  });
});
