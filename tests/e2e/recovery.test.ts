import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, byTurn, callTool, startModelServer } from '@forge/testkit/model-server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createForge } from './forge-process.ts';
import { sampleRepository, temporaryFolder } from './sample-repository.ts';
import { changes, done, pipelineScript, plan } from './scripts.ts';

const task = 'Add the area of a triangle';

/** A tool that must not be called twice, and never comes back from a call while there is a file `hold`. */
const publish = (folder: string) => `import { appendFileSync, existsSync } from 'node:fs';
import { definePlugin, defineTool, z } from '@forge/plugin-api';

const publish = defineTool({
  name: 'publish',
  description: 'Publishes something for the whole world.',
  schema: { input: z.strictObject({ what: z.string() }), output: z.string() },
  effect: 'once',
  render: (output) => output,
  describe: ({ what }) => \`publishing \${what}\`,
  async execute({ what }) {
    appendFileSync(${JSON.stringify(join(folder, 'published'))}, \`\${what}\\n\`);
    if (existsSync(${JSON.stringify(join(folder, 'hold'))})) await new Promise(() => {});
    return \`published \${what}\`;
  },
});

export default definePlugin({ tools: [publish] });
`;

async function publishingWorld() {
  const folder = temporaryFolder();
  const plugin = join(folder, 'plugin');
  mkdirSync(plugin);
  const manifest = { name: 'publish', version: '1.0.0', type: 'tool', entry: './index.ts', api: '^0.1.0' };
  writeFileSync(join(plugin, 'plugin.json'), JSON.stringify({ ...manifest, provides: { tools: ['publish'] } }));
  writeFileSync(join(plugin, 'index.ts'), publish(folder));
  writeFileSync(join(folder, 'hold'), '');
  const [first, second] = plan.tasks.map((each) => ({ ...each, dependencies: [] }));
  const change = changes.node;
  const server = await startModelServer({
    script: pipelineScript(change, {
      planner: byTurn([answer({ ...plan, tasks: [first, second] })]),
      implementer: {
        triangle: byTurn([
          callTool('publish', { what: 'triangle' }),
          callTool('fs_edit', { path: change.file, edits: [{ old: change.from, new: change.to }] }),
          done('add the area of a triangle'),
        ]),
        'triangle-test': byTurn([
          callTool('publish', { what: 'triangle-test' }),
          callTool('fs_write', { path: change.testFile, content: change.test }),
          done('test the area of a triangle', 'test'),
        ]),
      },
    }),
  });
  onTestFinished(() => server.close());
  const repository = sampleRepository('node');
  // In Forge's own process, because it publishes to where no plugin may write.
  const config = { plugins: [{ use: plugin, inProcess: true }], concurrency: 2 };
  repository.write('forge.config.json', JSON.stringify(config));
  return {
    forge: createForge({ cwd: repository.path, modelUrl: server.url, quickTests: true }),
    letGo: () => rmSync(join(folder, 'hold')),
    published: () =>
      existsSync(join(folder, 'published'))
        ? readFileSync(join(folder, 'published'), 'utf8').trim().split('\n').toSorted()
        : [],
  };
}

describe('calls that must not be made twice, cut by a kill -9 in two tasks at once', () => {
  it('are shown to a person, whose word decides for each of them', async () => {
    const { forge, letGo, published } = await publishingWorld();
    const running = forge.start('run', task, '--yes', '--json', '--trust');
    await vi.waitUntil(() => published().length === 2, { timeout: 120_000 });
    running.kill('SIGKILL');
    await running.ended;
    letGo();

    const parked = await forge.run('resume', '--yes', '--json', '--trust');
    expect({ code: parked.code, stderr: parked.stderr }).toMatchObject({ code: 3 });
    expect(parked.events.find(({ type }) => type === 'run.parked')?.payload).toMatchObject({
      reason: 'outcome-unknown',
    });
    expect(parked.events.filter(({ type }) => type === 'task.failed')).toEqual([]);
    const open = async () => (await forge.run('inbox', '--json')).objects.filter(({ type }) => type === 'request');
    const idOf = async (what: string) =>
      String((await open()).find(({ title }) => String(title).endsWith(`publishing ${what}`))?.['id']);
    expect(await open()).toHaveLength(2);

    expect((await forge.run('answer', await idOf('triangle'), 'done')).code).toBe(0);
    expect((await forge.run('answer', await idOf('triangle-test'), 'who', 'knows')).code).toBe(0);
    const again = await forge.run('resume', '--yes', '--json', '--trust');
    expect(again.code).toBe(3);
    expect(published()).toEqual(['triangle', 'triangle-test']);
    const results = again.events.flatMap((event) => (event.type === 'tool.result' ? [event.payload] : []));
    expect(results.filter(({ tool }) => tool === 'publish')).toEqual([
      {
        ordinal: 2,
        tool: 'publish',
        ok: true,
        text: expect.stringContaining('it was carried out'),
        errorCode: 'OUTCOME_UNKNOWN',
      },
    ]);

    const [asked] = await open();
    expect(asked).toMatchObject({ body: expect.stringContaining('"who knows" is none of the answers') });
    expect((await forge.run('answer', await idOf('triangle-test'), 'not-done')).code).toBe(0);
    const ended = await forge.run('resume', '--yes', '--json', '--trust');
    expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 0 });
    expect(published()).toEqual(['triangle', 'triangle-test', 'triangle-test']);
    expect(await open()).toEqual([]);
    expect((await forge.run('verify', '--json')).code).toBe(0);
  });

  it('end their task when the person says so', async () => {
    const { forge, letGo, published } = await publishingWorld();
    const running = forge.start('run', task, '--yes', '--json', '--trust');
    await vi.waitUntil(() => published().length === 2, { timeout: 120_000 });
    running.kill('SIGKILL');
    await running.ended;
    letGo();
    await forge.run('resume', '--yes', '--json', '--trust');
    for (const { id } of (await forge.run('inbox', '--json')).objects.filter(({ type }) => type === 'request'))
      await forge.run('answer', String(id), 'end');
    const ended = await forge.run('resume', '--yes', '--json', '--trust');
    expect(ended.code).toBe(1);
    expect(ended.events.find(({ type }) => type === 'run.failed')?.payload).toMatchObject({ code: 'GATE_REJECTED' });
    expect(published()).toEqual(['triangle', 'triangle-test']);
  });
});

describe('a step that ends Forge each time', () => {
  it('is tried three times again, then the run parks; a person can have it tried again', async () => {
    const change = changes.node;
    const server = await startModelServer({
      script: pipelineScript(change, {
        implementer: {
          triangle: byTurn([
            callTool('shell', { command: 'test -e "$HOME/healed" || { echo > begun; sleep 600; }' }),
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
    onTestFinished(() => server.close());
    const repository = sampleRepository('node');
    const forge = createForge({ cwd: repository.path, modelUrl: server.url, quickTests: true });
    let runId = '';
    for (const words of [['run', task], ['resume'], ['resume'], ['resume']]) {
      const running = forge.start(...words, '--yes', '--json');
      const { traceId } = await running.event(({ type }) => type === 'tool.intent' || type === 'tool.repeated');
      runId = traceId;
      running.kill('SIGKILL');
      await running.ended;
    }
    const parked = await forge.run('resume', '--yes', '--json');
    expect(parked.code).toBe(5);
    expect(parked.events.map(({ type }) => type)).toEqual(['run.resumed', 'run.parked']);
    expect(parked.events.at(-1)?.payload).toMatchObject({ reason: 'recovery-limit' });
    expect((await forge.run('show', runId)).stdout).toContain('it makes no progress');

    const home = join(repository.path, '.forge/runs', runId, 'home');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'healed'), '');
    const ended = await forge.run('resume', '--yes', '--json');
    expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 0 });
  });
});
