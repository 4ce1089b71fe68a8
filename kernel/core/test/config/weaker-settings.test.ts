import type { ConfigLayer, ResolvedConfig } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { weakerSettings } from '../../src/config/weaker-settings.ts';
import defaults from '../../src/generated/defaults.json' with { type: 'json' };

const usual = defaults as unknown as ResolvedConfig;
const weaker = (layer: ConfigLayer) => weakerSettings(layer, usual);

describe('weakerSettings', () => {
  it.each<[string, ConfigLayer]>([
    ['sandbox.use', { sandbox: { use: 'process' } }],
    ['sandbox.network', { sandbox: { network: 'full' } }],
    ['automation.level', { automation: { level: 2 } }],
    ['gates', { gates: [] }],
    ['phases', { phases: ['planning', 'implementation', 'deployment'] }],
    ['retention.days', { retention: { days: 1, runs: 5000 } }],
    ['retention.runs', { retention: { runs: 0 } }],
    ['server.cloneProtocols', { server: { cloneProtocols: ['https', 'file'] } }],
    ['server.privateCloneHosts', { server: { privateCloneHosts: ['localhost'] } }],
    ['server.cloneCredentials', { server: { cloneCredentials: [{ host: 'h', user: 'u', token: { env: 'T' } }] } }],
    ['safety.budgetUsd', { safety: { budgetUsd: 200 } }],
    ['safety.maxMinutes', { safety: { maxMinutes: 600 } }],
    ['safety.maxRunIterations', { safety: { maxRunIterations: 1e6 } }],
  ])('names %s when it protects less than the default', (path, layer) => {
    expect(weaker(layer)).toEqual([path]);
  });

  it('compares with what the person has set, not with the defaults alone', () => {
    const strict = {
      ...usual,
      sandbox: { ...usual.sandbox, require: 'namespace' },
      review: { ...usual.review, protectedPaths: ['*.sql'] },
      safety: { ...usual.safety, budgetUsd: 1 },
    } as const;
    expect(weakerSettings({ sandbox: { require: 'process' }, safety: { budgetUsd: 1.5 } }, strict)).toEqual([
      'sandbox.require',
      'safety.budgetUsd',
    ]);
    expect(weakerSettings({ sandbox: { require: 'namespace' }, safety: { budgetUsd: 1 } }, strict)).toEqual([]);
    expect(weakerSettings({ review: { protectedPaths: ['*.md'] } }, strict)).toEqual(['review.protectedPaths']);
    expect(weakerSettings({ review: { protectedPaths: ['*.md', '*.sql'] } }, strict)).toEqual([]);
  });

  it('leaves alone what is as strict or stricter', () => {
    expect(
      weaker({
        sandbox: { require: 'namespace', network: 'none', use: 'auto' },
        automation: { level: 0 },
        safety: { budgetUsd: 0.5 },
        gates: ['terminal', 'inbox'],
        review: { rounds: 3 },
        server: { cloneProtocols: ['https'], privateCloneHosts: [] },
      }),
    ).toEqual([]);
  });
});
