import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestSchema } from '@forge/plugin-api';
import { expect, it, onTestFinished } from 'vitest';
import { dataSource } from '../../src/faults/data-source.ts';
import { type IsolationDeps, startIsolated } from '../../src/isolation/isolated-plugin.ts';
import { pluginLimits } from '../../src/plugins/limits.ts';
import { createMasker } from '../../src/secrets.ts';
import { systemClock } from '../../src/world/system-clock.ts';

it('starts no process when nobody waits for the start any more', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'forge-isolation-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'index.ts'), '');
  const manifest = manifestSchema.parse({
    name: 'late',
    version: '1.0.0',
    type: 'tool',
    entry: './index.ts',
    provides: {},
  });
  const tooLate = new AbortController();
  let wrapped = 0;
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const deps = {
    world: {
      env: {},
      clock: systemClock,
      log: silent,
      masker: createMasker(),
      interaction: { interactive: false, ask: async () => undefined },
      stateDirectory: async () => folder,
    },
    owner: { id: 'owner', pid: process.pid, host: 'here' },
    project: folder,
    limits: pluginLimits,
    // What it needs is still being made when its time is over.
    sandbox: async () => {
      tooLate.abort(new Error('too late'));
      return {
        sandbox: {
          wrap: () => {
            wrapped += 1;
            throw new Error('a process was started');
          },
        },
      };
    },
  } as unknown as IsolationDeps;
  const record = { manifest, folder, source: dataSource('plugin.json', '{}'), origin: 'configuration' } as const;
  await expect(startIsolated(record, { value: {} }, deps, tooLate.signal)).rejects.toThrow('too late');
  expect(wrapped).toBe(0);
});
