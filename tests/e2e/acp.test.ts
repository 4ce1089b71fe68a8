import { readFileSync } from 'node:fs';
import { byTurn, startModelServer } from '@forge/testkit/model-server';
import { expect, it, onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { sampleRepository } from './sample-repository.ts';
import { approval, changes, pipelineScript } from './scripts.ts';

const shell = readFileSync(new URL('../../plugins/agent/acp/test/agent-shell.mjs.txt', import.meta.url), 'utf8');
const change = changes.node;
const run = ['run', 'Add the area of a triangle', '--yes', '--json'];

/** What an agent does for the two tasks of the plan: one file through Forge, one by itself. */
const work = `
  const file = cwd + '/${change.file}';
  if (prompt.includes('(triangle)')) {
    tell('looking around');
    const { content } = await ask('fs/read_text_file', { path: file });
    const changed = content.replace(${JSON.stringify(change.from)}, () => ${JSON.stringify(change.to)});
    await ask('fs/write_text_file', { path: file, content: changed });
  } else {
    fs.writeFileSync(cwd + '/${change.testFile}', ${JSON.stringify(change.test)});
  }
  say('I have done it: ' + (await permitted('run the tests', 'execute')));
  update({ sessionUpdate: 'usage_update', used: 1, size: 2, cost: { amount: 0.25, currency: 'USD' } });
  return { usage: { totalTokens: 30, inputTokens: 10, outputTokens: 20 } };
`;

async function world(turn: string) {
  const model = await startModelServer({ script: pipelineScript(change, { reviewer: byTurn([approval]) }) });
  onTestFinished(() => model.close());
  const repository = sampleRepository('node');
  // In the repository, where the sandbox shows it to the checkout's commands.
  repository.write(
    'agent.mjs',
    shell.replace('// THE TURN', () => turn),
  );
  repository.git('add', '--all');
  repository.git('commit', '--quiet', '--message=chore: an agent');
  const use = { use: '@forge/agent-acp', options: { command: 'node', args: ['agent.mjs'] } };
  repository.write('forge.config.json', JSON.stringify({ plugins: [use], agents: { implementer: 'acp' } }));
  return { model, repository, forge: createForge({ cwd: repository.path, modelUrl: model.url, quickTests: true }) };
}

it('another coding agent carries out the tasks of a run, in the sandbox, and is paid for', async () => {
  const { model, repository, forge } = await world(work);
  const end = await forge.run('--trust', ...run);
  expect(end.code, end.stderr).toBe(0);
  const branch = repository.git('branch', '--list', 'forge/*', '--format=%(refname:short)');
  expect(repository.git('show', `${branch}:${change.file}`)).toContain('Area of a triangle');
  expect(repository.git('show', `${branch}:${change.testFile}`)).toContain('triangle(3, 4)');
  expect(model.requests.some(({ system }) => /carry out one task/.test(system))).toBe(false);

  const told = end.events.flatMap((event) => (event.type === 'agent.progress' ? [event.payload.message] : []));
  expect(told).toEqual(expect.arrayContaining(['looking around', 'allowed: run the tests']));
  const summaries = end.events.flatMap((event) => (event.type === 'task.completed' ? [event.payload.summary] : []));
  expect(summaries).toEqual(['I have done it: yes', 'I have done it: yes']);
  const costs = (await forge.run('show', '--costs', '--json')).objects;
  const paid = costs.filter(({ provider }) => provider === 'acp');
  expect(paid).toHaveLength(2);
  expect(paid[0]).toMatchObject({ model: 'scripted', tokens: 30, costUsd: 0.25 });
});

it('a session that was killed midway leaves nothing, and the agent is asked again', async () => {
  const once = `
    const tried = process.env.HOME + '/tried';
    if (!fs.existsSync(tried)) {
      fs.writeFileSync(tried, '');
      fs.writeFileSync(cwd + '/half.txt', 'half');
      tell('half of it');
      await new Promise(() => setInterval(() => {}, 1000));
    }
    say(fs.existsSync(cwd + '/half.txt') ? 'it was left' : 'it was reset');
  `;
  const { repository, forge } = await world(once + work);
  const first = forge.start('--trust', ...run);
  await first.event((event) => event.type === 'agent.progress' && event.payload.message === 'half of it');
  first.kill('SIGKILL');
  await first.ended;
  const resumed = await forge.run('resume', '--yes', '--json');
  expect(resumed.code, resumed.stderr).toBe(0);
  const branch = repository.git('branch', '--list', 'forge/*', '--format=%(refname:short)');
  expect(repository.git('ls-tree', '-r', '--name-only', branch)).not.toContain('half.txt');
  expect(repository.git('show', `${branch}:${change.file}`)).toContain('Area of a triangle');
  expect(resumed.events.map(({ type }) => type)).toContain('tool.repeated');
});
