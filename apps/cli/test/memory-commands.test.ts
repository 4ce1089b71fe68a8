import { openForge } from '@forge/core';
import { describe, expect, it } from 'vitest';
import { pluginFolder } from '../src/with-forge.ts';
import { type CliEnd, runCli, temporaryFolder, temporaryRepository } from './cli-process.ts';

/** A repository in which something was learned. */
async function learned(cwd: string, home: string, ...contents: string[]): Promise<string[]> {
  const silent = (): void => {};
  const forge = await openForge({
    cwd,
    env: { HOME: home, PATH: process.env['PATH'] },
    pluginFolders: [pluginFolder],
    interaction: { interactive: false, ask: () => Promise.resolve(undefined) },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    forgeVersion: '0.0.0',
  });
  const memory = await forge.memory();
  const ids: string[] = [];
  for (const content of contents) {
    const kept = await memory.store({
      repoId: forge.repositoryId,
      type: 'semantic',
      content,
      confidence: 0.8,
      provenance: { author: 'agent', runId: '01JRUN' },
    });
    ids.push(kept.id);
  }
  await forge.close();
  return ids;
}

describe('forge memory', { timeout: 60_000 }, () => {
  it('lists, finds, shows, corrects, exports and forgets', async () => {
    const cwd = temporaryRepository();
    const home = temporaryFolder();
    const [first = '', second = ''] = await learned(
      cwd,
      home,
      'Tests need a clock that is passed in',
      'The API answers 429 with Retry-After',
    );
    const forge = (...args: string[]): Promise<CliEnd> => runCli({ cwd, env: { HOME: home } }, 'memory', ...args);

    expect((await forge('list')).stdout.split('\n').filter(Boolean)).toHaveLength(2);
    expect((await forge('search', 'retry', 'after', '--limit', '1')).stdout).toContain(second);
    const shown = await forge('show', first.slice(-6));
    expect(shown.stdout).toMatch(/from +agent, run 01JRUN[\s\S]*Tests need a clock/);

    expect((await forge('edit', first, '--confidence', '2')).code).toBe(2);
    expect((await forge('edit', first)).stderr).toContain('--content');
    const edited = await forge(
      'edit',
      first,
      '--content',
      'Time is a parameter',
      '--confidence',
      '0.5',
      '--tag',
      'tests',
      '--json',
    );
    expect(edited.objects[0]).toMatchObject({ content: 'Time is a parameter', confidence: 0.5, tags: ['tests'] });

    const exported = (await forge('export')).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string });
    expect(exported.map(({ id }) => id).toSorted()).toEqual([first, second].toSorted());

    const unasked = await forge('forget', first, second);
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('--yes')]);
    expect((await forge('forget', first, second, '--yes')).stdout).toContain(`${second} is forgotten.`);
    expect((await forge('list')).stdout).toBe('Nothing was learned here yet.\n');
    expect((await forge('show', first)).code).toBe(2);
  });
});
