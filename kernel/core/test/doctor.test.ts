import { definePlugin } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { inline, llm, sandbox } from './support/fakes.ts';
import { open } from './support/open.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

describe('doctor', () => {
  it('says of everything that is missing what to do, and rejects with nothing', async () => {
    const forge = await open(temporaryFolder(), { env: { PATH: '/nowhere' } });
    const checks = await forge.doctor();
    expect(checks.filter(({ ok }) => !ok).map(({ name, detail, fix }) => [name, detail, typeof fix])).toEqual([
      ['git', 'no git on the PATH', 'string'],
      ['repository', 'this folder is in no git repository', 'string'],
      ['store', 'There is no store "sqlite" (No plugin brings a store.)', 'string'],
      ['sandbox', 'No sandbox of level "process" works on this machine (No plugin brings a sandbox.)', 'string'],
      ['webhooks', 'There is no store "sqlite" (No plugin brings a store.)', 'string'],
      ['model', 'No language model could be found', 'string'],
    ]);
    expect(checks.filter(({ ok }) => ok).map(({ name }) => name)).toEqual([
      'node',
      'state folder',
      'configuration',
      'workspaces',
    ]);
  });

  it('finds what works, and a plugin that does not', async () => {
    const cwd = temporaryFolder({
      '.git/HEAD': '',
      'bin/git': '#!/bin/sh',
      'forge.config.json': { deployment: { deployer: 'd' } },
    });
    const { chmodSync } = await import('node:fs');
    chmodSync(`${cwd}/bin/git`, 0o755);
    const broken = inline(
      'broken',
      { deployers: ['d'] },
      definePlugin({ setup: () => Promise.reject(new Error('no oil')) }),
    );
    const forge = await open(cwd, {
      env: { PATH: `relative:${cwd}/bin`, KEY: 'k' },
      inlinePlugins: [
        broken,
        llm('anthropic', ['KEY'], { probe: async () => ({ ok: true, detail: 'a key is set' }) }),
        sandbox('s', 'process', async () => ({ ok: true, detail: 'plain' })),
      ],
    });
    const checks = Object.fromEntries((await forge.doctor()).map(({ name, ok, detail }) => [name, `${ok} ${detail}`]));
    expect(checks).toMatchObject({
      git: `true ${cwd}/bin/git`,
      repository: `true ${cwd}`,
      configuration: `true ${cwd}/forge.config.json`,
      sandbox: 'true s, level process: plain',
      model: 'true anthropic, anthropic-1: a key is set',
      'plugin broken': 'false The plugin "broken" could not start: no oil',
      'plugin llm-anthropic': 'true 1.0.0: anthropic',
    });
  });
});
