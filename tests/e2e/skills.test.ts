import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { byTurn, callTool, type ScriptFunction, startModelServer, unauthorized } from '@forge/testkit/model-server';
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
  const forge = createForge({ cwd: repository.path, modelUrl: model.url, quickTests: true });
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
});

it('without trust a run goes on without it and says so, and no prompt holds a word of it', async () => {
  const { model, forge, description } = await world();
  const untrusted = await forge.run(...run);
  expect(untrusted.code, untrusted.stderr).toBe(0);
  expect(untrusted.stderr).toContain('left out until you trust it with --trust: .claude/skills/shapes');
  expect(model.requests.some(({ raw, tools }) => raw.includes(description) || tools.includes('skill_read'))).toBe(
    false,
  );
  expect((await forge.run('skills')).stdout).toContain('--trust: .claude/skills/shapes');
});

it.each([
  ['is described in another way', 'another description'],
  ['is gone', undefined],
])(
  'a run that stopped goes on when a skill %s, and its next agent has what is there now',
  async (_name, description) => {
    // The model lets the implementer read the skill, and then nobody in until the key is mended.
    const script = pipelineScript(change, {
      implementer: {
        triangle: byTurn([
          callTool('skill_read', { skill: 'shapes' }),
          callTool('fs_edit', { path: change.file, edits: [{ old: change.from, new: change.to }] }),
          done('add the area of a triangle'),
        ]),
        'triangle-test': byTurn([
          callTool('fs_write', { path: change.testFile, content: change.test }),
          done('test the area of a triangle', 'test'),
        ]),
      },
    });
    let isMended = false;
    const locked: ScriptFunction = (request, index) =>
      !isMended && request.messages.length > 1 && request.tools.includes('skill_read')
        ? unauthorized()
        : script(request, index);
    const model = await startModelServer({ script: locked });
    onTestFinished(() => model.close());
    const repository = sampleRepository('node');
    const skill = (words: string) => `---\nname: shapes\ndescription: ${words}\n---\nRound to two digits.\n`;
    repository.write('.claude/skills/shapes/SKILL.md', skill('the first description'));
    const forge = createForge({ cwd: repository.path, modelUrl: model.url, quickTests: true });
    const stopped = await forge.run('--trust', ...run);
    expect(stopped.code).not.toBe(0);
    const before = model.requests.length;

    if (description === undefined) rmSync(join(repository.path, '.claude/skills/shapes'), { recursive: true });
    else repository.write('.claude/skills/shapes/SKILL.md', skill(description));
    isMended = true;
    const resumed = await forge.run('--trust', 'resume', '--yes', '--json');
    expect(resumed.code, resumed.stderr).toBe(0);
    const [first, ...later] = model.requests.slice(before);
    expect(first?.raw).toContain('the first description');
    expect(later.at(-1)?.raw).not.toContain('the first description');
    if (description !== undefined) expect(later.at(-1)?.raw).toContain(description);
  },
);
