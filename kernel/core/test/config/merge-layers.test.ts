import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConfigLayer, configLayerSchema } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import type { Layer } from '../../src/config/layer.ts';
import { mergeLayers } from '../../src/config/merge-layers.ts';
import generated from '../../src/generated/defaults.json' with { type: 'json' };

const defaults = generated as unknown as ConfigLayer;

function layer(source: string, value: ConfigLayer, base = '/base'): Layer {
  return {
    value,
    base,
    originOf: () => source,
    writtenAt: (at) => ({ at, where: source }),
    fromRepository: source === 'project',
  };
}

describe('mergeLayers', () => {
  it('lets the later layer win, key by key, and says who said what', () => {
    const { config, origins } = mergeLayers([
      layer('default', defaults),
      layer('user', { safety: { budgetUsd: 5, maxMinutes: 1 }, gates: ['a', 'b'] }),
      layer('project', { safety: { budgetUsd: 7 }, llm: { models: { planner: 'm' } } }),
      layer('flag', { gates: [] }),
    ]);
    expect(config.safety).toEqual({ ...defaults.safety, budgetUsd: 7, maxMinutes: 1 });
    expect(config.gates).toEqual([]);
    expect(config.llm).toMatchObject({ provider: 'auto', models: { planner: 'm' } });
    const from = (path: string) => origins.get(path)?.source;
    expect(
      ['safety.budgetUsd', 'safety.maxMinutes', 'safety.maxTokens', 'gates', 'llm.models.planner'].map(from),
    ).toEqual(['project', 'user', 'default', 'flag', 'project']);
    expect([...origins.keys()]).toEqual([...origins.keys()].sort());
  });

  it('adds plugins, merges options for one, and starts paths at the layer', () => {
    const { config, uses } = mergeLayers([
      layer('default', defaults),
      layer('user', { plugins: ['jira', { use: './mine', options: { a: 1, list: [1, 2] } }] }, '/home/me'),
      layer('project', { plugins: [{ use: '../home/me/mine', options: { b: { c: 1 }, list: [3] } }] }, '/repository'),
    ]);
    expect(config.plugins).toEqual([
      { use: 'jira', options: {} },
      { use: '/home/me/mine', options: { a: 1, list: [3], b: { c: 1 } } },
    ]);
    expect(uses.map(({ use, base, fromRepository }) => [use, base, fromRepository])).toEqual([
      ['jira', '/home/me', false],
      ['/home/me/mine', '/home/me', false],
      ['/home/me/mine', '/repository', true],
    ]);
  });

  it('splits commands at spaces', () => {
    const { config } = mergeLayers([
      layer('default', defaults),
      layer('project', { testing: { command: ' npm  test ', setup: ['npm ci', ['make', 'a b']] } }),
    ]);
    expect(config.testing).toMatchObject({
      command: ['npm', 'test'],
      setup: [
        ['npm', 'ci'],
        ['make', 'a b'],
      ],
    });
  });

  it('freezes the answer and nobody else’s values', () => {
    const mine = { plugins: [{ use: 'x', options: { list: [1], call: () => 1 } }], gates: ['a'] };
    const { config } = mergeLayers([layer('default', defaults), layer('project', mine)]);
    expect(Object.isFrozen(config.plugins[0]?.options['list'])).toBe(true);
    expect(config.plugins[0]?.options['call']).toBe(mine.plugins[0]?.options.call);
    mine.gates.push('b');
    expect(config.gates).toEqual(['a']);
  });
});

describe('the defaults', () => {
  it('are those of config/defaults.json; npm run schemas copies them', () => {
    const read = (path: string) => readFileSync(join(import.meta.dirname, '../../../..', path), 'utf8');
    expect(read('kernel/core/src/generated/defaults.json')).toBe(read('config/defaults.json'));
  });

  it('fit the schema and leave nothing out that has to be there', () => {
    expect(configLayerSchema.parse(defaults)).toEqual(defaults);
    const { config } = mergeLayers([layer('default', defaults)]);
    // The host puts `concurrency` in, because it depends on the machine.
    const optional = [
      'concurrency',
      'llm.model',
      'llm.maxOutputTokens',
      'safety.phase',
      'safety.task',
      'safety.execution',
      'testing.command',
      'testing.setup',
      'sandbox.require',
      'server.publicUrl',
    ];
    const missing = Object.entries(configLayerSchema.shape).flatMap(([key, schema]) => {
      const section = (config as unknown as Record<string, Record<string, unknown>>)[key];
      if (section === undefined) return [key];
      const inner = Object.keys((schema.unwrap() as { shape?: object }).shape ?? {});
      return inner.filter((name) => section[name] === undefined).map((name) => `${key}.${name}`);
    });
    expect(missing.sort()).toEqual(optional.sort());
  });
});
