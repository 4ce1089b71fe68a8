import type { ConfigLayer } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { weakerSettings } from '../../src/config/weaker-settings.ts';
import defaults from '../../src/generated/defaults.json' with { type: 'json' };

const weaker = (layer: ConfigLayer) => weakerSettings(layer, defaults as ConfigLayer);

describe('weakerSettings', () => {
  it.each<[string, ConfigLayer]>([
    ['sandbox.use', { sandbox: { use: 'process' } }],
    ['sandbox.network', { sandbox: { network: 'full' } }],
    ['automation.level', { automation: { level: 2 } }],
    ['gates', { gates: [] }],
    ['safety.budgetUsd', { safety: { budgetUsd: 200 } }],
    ['safety.maxMinutes', { safety: { maxMinutes: 600 } }],
  ])('names %s when it protects less than the default', (path, layer) => {
    expect(weaker(layer)).toEqual([path]);
  });

  it('leaves alone what is as strict or stricter', () => {
    expect(
      weaker({
        sandbox: { require: 'namespace', network: 'none', use: 'auto' },
        automation: { level: 0 },
        safety: { budgetUsd: 0.5 },
        gates: ['terminal', 'inbox'],
        review: { rounds: 3 },
      }),
    ).toEqual([]);
  });
});
