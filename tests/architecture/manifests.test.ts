import { join } from 'node:path';
import { openForge, systemClock } from '@forge/core';
import { contributionKeys, type Kind } from '@forge/plugin-api';
import { expect, it, onTestFinished } from 'vitest';
import { sampleRepository, temporaryFolder } from '../e2e/sample-repository.ts';
import { defaultPluginFolders, plugins, readJson, root } from './packages.ts';

/** Loading a plugin compares what it provides with what its manifest declares; here every default one is loaded. */
it('every default plugin provides what its manifest declares', async () => {
  const { path } = sampleRepository('make');
  const forge = await openForge({
    cwd: path,
    env: { HOME: temporaryFolder(), PATH: process.env['PATH'], ANTHROPIC_API_KEY: 'key', OPENAI_API_KEY: 'key' },
    pluginFolders: defaultPluginFolders().map((folder) => join(root, folder)),
    interaction: { interactive: false, ask: async () => undefined },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    forgeVersion: '0.0.0',
    clock: systemClock,
    flags: {
      plugins: [
        { use: '@forge/llm-recorded', options: { file: join(root, 'apps/cli/demo/recording.jsonl') } },
        { use: '@forge/agent-acp', options: { command: 'an-agent' } },
      ],
    },
  });
  onTestFinished(() => forge.close());
  const declared = plugins().flatMap(({ folder }) => {
    const { name, provides } = readJson(join(folder, 'plugin.json')) as {
      readonly name: string;
      readonly provides: Record<string, readonly string[]>;
    };
    return Object.entries(contributionKeys).flatMap(([kind, key]) =>
      (provides[key] ?? []).map((own) => ({ kind: kind as Kind, name: own, plugin: name })),
    );
  });
  expect(declared.length).toBeGreaterThan(20);
  for (const { kind, name, plugin } of declared) {
    expect(forge.names(kind)).toContainEqual(expect.objectContaining({ name, plugin }));
    await forge.get(kind, name);
  }
  expect(forge.plugins.filter(({ active }) => !active).map(({ manifest }) => manifest.name)).toEqual([]);
});
