import { byTurn, callTool, startModelServer } from '@forge/testkit/model-server';
import { expect, it, onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { resultsIn } from './hostile-world.ts';
import { sampleRepository } from './sample-repository.ts';
import { changes, done, pipelineScript } from './scripts.ts';

const change = changes.node;
const run = ['run', 'Add the area of a triangle', '--yes', '--json'];

async function world() {
  const model = await startModelServer({
    script: pipelineScript(change, {
      implementer: {
        triangle: byTurn([
          callTool('skill_read', { skill: 'shapes' }),
          callTool('skill_read', { skill: 'shapes', file: 'references/units.md' }),
          callTool('skill_read', { skill: 'shapes', file: '../../../package.json' }),
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
  const description = 'How shapes are added here.';
  repository.write(
    '.claude/skills/shapes/SKILL.md',
    `---\nname: shapes\ndescription: ${description}\n---\nRound to two digits.\n`,
  );
  repository.write('.claude/skills/shapes/references/units.md', 'All in metres.\n');
  const forge = createForge({ cwd: repository.path, modelUrl: model.url });
  return { model, forge, description };
}

it('an agent knows of a skill, reads it and its files on demand, and nothing beside it', async () => {
  const { model, forge, description } = await world();
  const trusted = await forge.run('--trust', ...run);
  expect(trusted.code, trusted.stderr).toBe(0);

  const first = model.requests.find(({ tools }) => tools.includes('skill_read'));
  expect(first?.raw).toContain(description);
  expect(first?.raw).not.toMatch(/Round to two digits|All in metres/);
  const results = resultsIn(model.requests);
  expect(results).toContainEqual(
    expect.stringMatching(/^Round to two digits\.\n\n\[skill .*\nreferences\/units\.md\]$/s),
  );
  expect(results).toContainEqual(expect.stringMatching(/^All in metres\./));
  expect(results).toContainEqual(expect.stringMatching(/has no file \.\.\/\.\.\/\.\.\/package\.json/));

  const listed = await forge.run('skills', '--json');
  expect(listed.stdout).toMatch(/"name":"shapes".*"source":"\.claude\/skills\/shapes"/);
}, 240_000);

it('without trust a run goes on without it and says so, and no prompt holds a word of it', async () => {
  const { model, forge, description } = await world();
  const untrusted = await forge.run(...run);
  expect(untrusted.code, untrusted.stderr).toBe(0);
  expect(untrusted.stderr).toContain('left out until you trust it with --trust: .claude/skills/shapes');
  expect(model.requests.some(({ raw, tools }) => raw.includes(description) || tools.includes('skill_read'))).toBe(
    false,
  );
  expect((await forge.run('skills')).stdout).toContain('--trust: .claude/skills/shapes');
}, 240_000);
