import { cpSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { byTurn, callTool, startModelServer } from '@forge/testkit/model-server';
import { expect, it, onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { resultsIn } from './hostile-world.ts';
import { sampleRepository } from './sample-repository.ts';
import { changes, done, pipelineScript } from './scripts.ts';

const change = changes.node;
const fixture = fileURLToPath(new URL('../fixtures/agent-plugins/reports', import.meta.url));
const run = ['run', 'Add the area of a triangle', '--yes', '--json'];
const figure = { server: 'reports:figures', tool: 'add_figure', arguments: { line: 'sales 7' } };

/** A repository in which a plugin of the Agent Plugins standard lies, and an agent that uses what it brings. */
async function world() {
  const model = await startModelServer({
    script: pipelineScript(change, {
      implementer: {
        triangle: byTurn([
          callTool('skill_read', { skill: 'summarize' }),
          callTool('mcp_find', { query: 'figures' }),
          callTool('mcp_read', { server: 'reports:figures', tool: 'place' }),
          callTool('mcp_read', figure),
          callTool('mcp_call', figure),
          callTool('fs_edit', { path: change.file, edits: [{ old: change.from, new: change.to }] }),
          done('add the area of a triangle'),
        ]),
        'triangle-test': byTurn([
          callTool('fs_write', { path: change.testFile, content: change.test }),
          done('test the area of a triangle', 'test'),
        ]),
      },
    }),
  });
  onTestFinished(() => model.close());
  const repository = sampleRepository('node');
  cpSync(fixture, join(repository.path, 'reports'), { recursive: true });
  const forge = createForge({
    cwd: repository.path,
    modelUrl: model.url,
    env: { SECRET_OF_FORGE: 'nobody gets it' },
    quickTests: true,
  });
  return { model, repository, forge };
}

it('an Agent Plugin is added, and a run uses its skill and its MCP server', async () => {
  const { model, repository, forge } = await world();
  const added = await forge.run('plugin', 'add', './reports', '--yes');
  expect(added.code, added.stderr).toBe(0);
  expect(added.stderr).toContain('figures: REPORT_TITLE="of ${PLUGIN_ROOT}" node ${PLUGIN_ROOT}/bin/figures.mjs');
  expect(added.stderr).toContain('with your rights, outside the sandbox');
  expect(added.stderr).toContain('commands is left out: commands are not supported');
  expect(added.stdout).toContain('reports:figures: 2 tools');

  const ended = await forge.run(...run);
  expect(ended.code, ended.stderr).toBe(0);
  const results = resultsIn(model.requests);
  expect(results).toContainEqual(expect.stringContaining('Three sentences, figures first.'));
  expect(results).toContainEqual(expect.stringMatching(/reports:figures\/place \(mcp_read\)/));
  expect(results).toContainEqual(expect.stringMatching(/reports:figures\/add_figure \(mcp_call\)/));
  expect(results).toContainEqual(expect.stringContaining('reports:figures does not say that add_figure only reads'));

  const root = realpathSync(join(repository.path, 'reports'));
  const data = join(realpathSync(repository.path), '.forge/plugin-state/reports');
  const place = results.find((text) => text.startsWith('{"cwd"')) ?? '';
  // What it is not given is not there: neither another variable of Forge nor one that the standard does not name.
  expect(JSON.parse(place)).toEqual({
    cwd: root,
    PLUGIN_ROOT: root,
    PLUGIN_DATA: data,
    REPORT_TITLE: `of ${root}`,
    home: '${HOME}',
    figures: '',
  });
  expect(readFileSync(join(data, 'figures.txt'), 'utf8')).toBe('sales 7\n');
});

it('what was not approved, or has changed since, is not there, and the run says so', async () => {
  const { model, repository, forge } = await world();
  repository.write('forge.config.json', JSON.stringify({ plugins: ['./reports'] }));
  const untrusted = await forge.run(...run);
  expect(untrusted.stderr).toContain('reports');
  expect(model.requests.some(({ tools }) => tools.includes('skill_read'))).toBe(false);
  expect(resultsIn(model.requests).join()).not.toContain('reports:figures/place');

  expect((await forge.run('plugin', 'add', './reports', '--yes')).code).toBe(0);
  const server = readFileSync(join(fixture, 'bin/figures.mjs'), 'utf8');
  repository.write('reports/bin/figures.mjs', `${server}// changed\n`);
  const listed = await forge.run('plugin', 'list');
  expect(listed.stdout).toMatch(/stays out +reports +2026\.1 +configuration +changed/);
  const examined = await forge.run('plugin', 'doctor', 'reports');
  expect(examined.code).toBe(6);
  expect(examined.stdout).toContain('its files differ');
});
