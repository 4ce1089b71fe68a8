import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigLayer, Sandbox } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { tokens } from '../../src/host/tokens.ts';
import { sandbox } from '../support/fakes.ts';
import { host } from '../support/host.ts';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';

/** Three sandboxes; how often each was tried. */
function machine(works: Partial<Record<Sandbox['level'], string>>) {
  const tried: string[] = [];
  const home = temporaryFolder();
  const probe =
    (level: Sandbox['level']): Sandbox['probe'] =>
    async () => {
      tried.push(level);
      const detail = works[level];
      return detail === undefined ? { ok: false, detail: `no ${level} here` } : { ok: true, detail };
    };
  const inlinePlugins = [
    sandbox('plain', 'process', probe('process')),
    sandbox('spaces', 'namespace', probe('namespace')),
    sandbox('box', 'container', probe('container')),
  ];
  const choose = async (config: NonNullable<ConfigLayer['sandbox']> = {}) => {
    const opened = await host(temporaryFolder(), { inlinePlugins, flags: { sandbox: config }, env: { HOME: home } });
    const { sandbox: chosen, detail } = await opened.get(tokens.sandbox)();
    return `${chosen.name}: ${detail}`;
  };
  return { choose, tried, home };
}

describe('chooseSandbox', () => {
  it.each<[string, Partial<Record<Sandbox['level'], string>>, NonNullable<ConfigLayer['sandbox']>, string]>([
    ['the strongest that works', { process: 'p', namespace: 'n', container: 'c' }, {}, 'box: c'],
    ['the next, and says why', { process: 'p', namespace: 'n' }, {}, 'spaces: n (box: no container here)'],
    ['the last', { process: 'p' }, {}, 'plain: p (box: no container here; spaces: no namespace here)'],
    ['what is asked for', { process: 'p', container: 'c' }, { use: 'plain' }, 'plain: p'],
    ['no more than asked for', { process: 'p', namespace: 'n' }, { use: 'spaces', require: 'namespace' }, 'spaces: n'],
  ])('takes %s', async (_name, works, config, expected) => {
    expect(await machine(works).choose(config)).toBe(expected);
  });

  it.each<[string, Partial<Record<Sandbox['level'], string>>, NonNullable<ConfigLayer['sandbox']>, string]>([
    ['nothing works', {}, {}, 'box: no container here\nspaces: no namespace here\nplain: no process here'],
    [
      'what works is too weak',
      { process: 'p' },
      { require: 'namespace' },
      'box: no container here\nspaces: no namespace here\nplain is weaker',
    ],
    ['what was asked for is too weak', { process: 'p' }, { use: 'plain', require: 'container' }, 'plain is weaker'],
    ['what was asked for does not work', { process: 'p' }, { use: 'spaces' }, 'spaces: no namespace here'],
  ])('refuses when %s', async (_name, works, config, why) => {
    await expect(machine(works).choose(config)).rejects.toMatchObject({
      code: 'SANDBOX_UNAVAILABLE',
      details: { why, fix: expect.stringContaining('bubblewrap') },
    });
  });

  it('remembers what works until the machine changes, and nothing that does not', async () => {
    const { choose, tried, home } = machine({ namespace: 'n', process: 'p' });
    await choose();
    expect(tried).toEqual(['container', 'namespace']);
    expect(await choose()).toContain('spaces: n');
    expect(tried).toEqual(['container', 'namespace', 'container']);

    const file = join(home, '.cache/forge/sandboxes.json');
    const cache = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFiles(home, { '.cache/forge/sandboxes.json': { ...cache, machine: 'another boot' } });
    await choose();
    writeFiles(home, { '.cache/forge/sandboxes.json': 'nonsense' });
    await choose();
    expect(tried.filter((level) => level === 'namespace')).toHaveLength(3);
  });

  it('takes a probe that fails for one that does not work', async () => {
    const broken = sandbox('broken', 'container', () => Promise.reject(new Error('segfault')));
    const plain = sandbox('plain', 'process', async () => ({ ok: true, detail: 'p' }));
    const opened = await host(temporaryFolder(), { inlinePlugins: [broken, plain] });
    const { detail } = await opened.get(tokens.sandbox)();
    expect(detail).toBe('p (broken: The sandbox "broken" failed: segfault)');
  });
});
