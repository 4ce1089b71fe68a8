import { byTurn, callTool, startModelServer } from '@forge/testkit/model-server';
import { expect, it, onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { resultsIn } from './hostile-world.ts';
import { sampleRepository } from './sample-repository.ts';
import { approval, changes, done, pipelineScript } from './scripts.ts';

const change = changes.node;

it('agents get the AGENTS.md nearest to what they work on, as the commit has it', async () => {
  const model = await startModelServer({
    script: pipelineScript(change, {
      implementer: {
        triangle: byTurn([
          callTool('fs_read', { path: change.file }),
          callTool('fs_write', { path: 'src/AGENTS.md', content: 'Written by an agent.\n' }),
          callTool('fs_edit', { path: change.file, edits: [{ old: change.from, new: change.to }] }),
          done('add the area of a triangle'),
        ]),
        'triangle-test': byTurn([
          callTool('fs_read', { path: change.file }),
          callTool('fs_write', { path: change.testFile, content: change.test }),
          done('test the area of a triangle', 'test'),
        ]),
      },
      reviewer: byTurn([callTool('fs_read', { path: change.file }), approval]),
    }),
  });
  onTestFinished(() => model.close());
  const repository = sampleRepository('node');
  repository.write('AGENTS.md', 'Top: be brief.\n');
  repository.write('src/AGENTS.md', 'Sources: no classes.\n');
  repository.write('test/CLAUDE.md', 'Tests: node:test alone.\n');
  repository.git('add', '--all');
  repository.git('commit', '--quiet', '--message=docs: rules');
  repository.write('src/AGENTS.md', 'Not committed.\n');

  const forge = createForge({ cwd: repository.path, modelUrl: model.url, quickTests: true });
  const run = await forge.run('run', 'Add the area of a triangle', '--yes', '--json');
  expect(run.code, run.stderr).toBe(0);

  const openings = (agent: RegExp) =>
    model.requests.filter(({ system }) => agent.test(system)).map(({ messages }) => messages[0]?.text ?? '');
  const [planner, implementer, reviewer] = [openings(/^You plan/), openings(/one task/), openings(/^You review/)];
  for (const opening of [...planner, ...implementer, ...reviewer]) expect(opening).toContain('Top: be brief.');
  expect(planner[0]).toMatch(/Others, each for its own folder.*\nsrc\/AGENTS\.md\ntest\/CLAUDE\.md/);
  expect(implementer.join()).not.toContain('no classes');
  // The reviewer knows from the start which files were changed.
  expect(reviewer[0]).toMatch(/src\/AGENTS\.md: for files below src\/.*\nSources: no classes\./);

  const results = resultsIn(model.requests);
  expect(results.filter((text) => text.includes('Sources: no classes.')).length).toBeGreaterThan(0);
  expect(results.join()).not.toMatch(/for files below src.*\n(Not committed|Written by an agent)/);
  expect(results).toContainEqual(expect.stringContaining('Tests: node:test alone.'));
  expect((await forge.run('logs', '--full')).stdout).toMatch(/\[test\/CLAUDE\.md\]\n *Tests: node:test alone\./);
});
