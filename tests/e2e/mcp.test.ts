import { fileURLToPath } from 'node:url';
import { byTurn, callTool, type Reply, startModelServer } from '@forge/testkit/model-server';
import { expect, it, onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { resultsIn } from './hostile-world.ts';
import { sampleRepository } from './sample-repository.ts';
import { changes, done, pipelineScript } from './scripts.ts';

const change = changes.node;
const server = fileURLToPath(import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'));

async function world(...calls: readonly Reply[]) {
  const model = await startModelServer({
    script: pipelineScript(change, {
      implementer: {
        triangle: byTurn([
          ...calls,
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
  const forge = createForge({ cwd: repository.path, modelUrl: model.url, quickTests: true });
  return { model, repository, forge };
}

const sum = [
  callTool('mcp_find', { query: 'sum' }),
  callTool('mcp_read', { server: 'everything', tool: 'get-sum', arguments: { a: 3, b: 4 } }),
];
const run = ['run', 'Add the area of a triangle', '--yes', '--json'];
const servers = { mcpServers: { everything: { command: process.execPath, args: [server, 'stdio'] } } };

it('an agent uses the servers that a repository names, once the person trusts them', async () => {
  const { model, repository, forge } = await world(...sum);
  repository.write('.mcp.json', JSON.stringify(servers));
  repository.write('forge.config.json', JSON.stringify({ plugins: ['@forge/tool-mcp'] }));

  const refused = await forge.run(...run);
  expect({ code: refused.code, requests: model.requests.length }).toEqual({ code: 2, requests: 0 });
  expect(refused.stdout + refused.stderr).toContain('.mcp.json');

  const trusted = await forge.run('--trust', ...run);
  expect(trusted.code, trusted.stderr).toBe(0);
  const results = resultsIn(model.requests);
  expect(results).toContainEqual(expect.stringContaining('everything/get-sum (mcp_read)'));
  expect(results).toContainEqual(expect.stringContaining('The sum of 3 and 4 is 7.'));

  repository.write('.mcp.json', JSON.stringify({ mcpServers: { ...servers.mcpServers, more: { command: 'true' } } }));
  expect((await forge.run(...run)).code).toBe(2);
});

it('nothing of it stands in a prompt where the configuration does not ask for it', async () => {
  const { model, repository, forge } = await world(...sum);
  repository.write('.mcp.json', JSON.stringify(servers));
  await forge.run(...run);
  expect(model.requests.flatMap(({ tools }) => tools).filter((name) => name.startsWith('mcp_'))).toEqual([]);
});

it('an agent looks at the runs of Forge itself through forge mcp, and starts none from what only reads', async () => {
  const { model, repository, forge } = await world(
    callTool('mcp_find', { query: 'runs' }),
    callTool('mcp_read', { server: 'forge', tool: 'status', arguments: {} }),
    callTool('mcp_read', { server: 'forge', tool: 'start', arguments: { task: 'Another one' } }),
  );
  const { file, args, options } = forge.command('mcp');
  const use = { use: '@forge/tool-mcp', options: { servers: { forge: { command: file, args, env: options.env } } } };
  repository.write('forge.config.json', JSON.stringify({ plugins: [use] }));
  const ended = await forge.run('--trust', ...run);
  expect(ended.code, ended.stderr).toBe(0);
  const results = resultsIn(model.requests);
  expect(results).toContainEqual(expect.stringContaining('forge/runs (mcp_read)'));
  expect(results).toContainEqual(expect.stringMatching(/"status":"running".*"phases":\[\{"name":"planning"/));
  expect(results).toContainEqual(expect.stringContaining('forge does not say that start only reads'));
});
