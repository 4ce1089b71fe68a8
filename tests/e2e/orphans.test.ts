import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callTool, startModelServer, turnOf, type ScriptFunction } from '@forge/testkit/model-server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createForge } from './forge-process.ts';
import { sampleRepository, temporaryFolder } from './sample-repository.ts';
import { hasNamespaces, whyNoNamespaces } from './sandbox-levels.ts';
import { changes, pipelineScript } from './scripts.ts';
import { sleepers } from './sleepers.ts';

const honest = pipelineScript(changes.node);

/** Ways to outlive the command that started one, all at once; the last one keeps the command itself busy. */
function planting(sleeper: string): string {
  return [
    // When the call is made again, there is nothing to wait for.
    'mkdir "$HOME/planted" || exit 0;',
    `setsid ${sleeper} &`,
    `(${sleeper} &);`,
    `(trap '' TERM HUP INT; nohup setsid ${sleeper} >/dev/null 2>&1 &);`,
    `trap '' TERM HUP;`,
    `${sleeper} & wait; ${sleeper}`,
  ].join(' ');
}
const planted = 4;

/** The implementer of the first task runs this command before anything else. */
function runsFirst(command: string): ScriptFunction {
  return (request, index) =>
    request.tools.includes('shell') && turnOf(request) === 0 ? callTool('shell', { command }) : honest(request, index);
}

async function killedInTheMiddle(level: string) {
  const { command, alive } = sleepers();
  const server = await startModelServer({ script: runsFirst(planting(command)) });
  onTestFinished(() => server.close());
  const repository = sampleRepository('node');
  const env = { FORGE_SANDBOX__USE: level };
  const forge = createForge({ cwd: repository.path, modelUrl: server.url, env, quickTests: true });
  const running = forge.start('run', 'Add the area of a triangle', '--yes', '--json');
  const { traceId } = await running.event(({ type }) => type === 'tool.intent');
  const selected = await running.event(({ type }) => type === 'sandbox.selected');
  expect(selected.payload).toMatchObject({ name: level });
  await vi.waitUntil(() => alive().length === planted, { timeout: 60_000 });
  running.kill('SIGKILL');
  await running.ended;
  server.play(honest);
  return { alive, forge, repository, runId: traceId, runs: join(repository.path, '.forge', 'runs') };
}

describe('after a kill -9 of Forge in the middle of a command', () => {
  // In a namespace everything dies with Forge; at level process somebody has to look for it.
  it('at level process: forge resume ends what is left before it goes on, and removes the run’s folder', async () => {
    const { alive, forge, repository, runs } = await killedInTheMiddle('process');
    expect(alive()).toHaveLength(planted);
    const resuming = forge.start('resume', '--yes', '--json');
    await resuming.event(({ type }) => type === 'run.resumed');
    expect(alive()).toEqual([]);
    const { code, events } = await resuming.ended;
    expect({ code, repeated: events.filter(({ type }) => type === 'tool.repeated').length }).toEqual({
      code: 0,
      repeated: 1,
    });
    expect(readdirSync(runs)).toEqual([]);
    expect(repository.git('branch', '--list', 'forge/*')).toContain('forge/');
  });

  it('at level process: forge discard ends what is left and removes the run’s folder', async () => {
    const { alive, forge, repository, runId, runs } = await killedInTheMiddle('process');
    expect((await forge.run('discard', runId, '--json')).code).toBe(0);
    expect(alive()).toEqual([]);
    expect(readdirSync(runs)).toEqual([]);
    expect(repository.git('worktree', 'list').split('\n')).toHaveLength(1);
  });

  it.skipIf(!hasNamespaces)(`at level namespace: nothing outlives Forge${whyNoNamespaces}`, async () => {
    const { alive, forge, runs } = await killedInTheMiddle('bubblewrap');
    await vi.waitUntil(() => alive().length === 0, { timeout: 5_000 });
    expect((await forge.run('resume', '--yes', '--json')).code).toBe(0);
    expect(readdirSync(runs)).toEqual([]);
  });
});

describe('what a command leaves running', () => {
  for (const level of ['process', ...(hasNamespaces ? ['bubblewrap'] : [])]) {
    it(`ends with its execution, and with the run (${level})`, async () => {
      const { command, alive } = sleepers();
      // At level process, one that clears its environment and leaves its parents as well is not found.
      const cleared = level === 'process' ? '' : `(env -i setsid ${command} >/dev/null 2>&1 &);`;
      const started = 'until grep -q ^sleep /proc/$!/cmdline; do :; done';
      const daemon = `${cleared} setsid ${command} >/dev/null 2>&1 & ${started}`;
      let afterExecution: number[] | undefined;
      const server = await startModelServer({
        script: (request, index) => {
          if (!request.tools.includes('shell') && request.system.startsWith('You review')) afterExecution ??= alive();
          return runsFirst(daemon)(request, index);
        },
      });
      onTestFinished(() => server.close());
      const repository = sampleRepository('node');
      const env = { FORGE_SANDBOX__USE: level };
      const end = await createForge({ cwd: repository.path, modelUrl: server.url, env, quickTests: true }).run(
        'run',
        'Add the area of a triangle',
        '--yes',
        '--json',
      );
      expect(end.code).toBe(0);
      expect({ afterExecution, afterRun: alive() }).toEqual({ afterExecution: [], afterRun: [] });
      expect(existsSync(join(repository.path, '.forge', 'runs', end.events[0]?.traceId ?? ''))).toBe(false);
    });
  }

  it('ends at once with the second Ctrl-C', async () => {
    const { command, alive } = sleepers();
    const server = await startModelServer({ script: runsFirst(planting(command)) });
    onTestFinished(() => server.close());
    const repository = sampleRepository('node');
    const env = { FORGE_SANDBOX__USE: 'process' };
    const forge = createForge({ cwd: repository.path, modelUrl: server.url, env, quickTests: true });
    const running = forge.start('run', 'Add the area of a triangle', '--yes', '--json');
    await vi.waitUntil(() => alive().length === planted, { timeout: 60_000 });
    running.kill('SIGINT');
    running.kill('SIGTERM');
    const { code } = await running.ended;
    expect({ code, alive: alive() }).toEqual({ code: 130, alive: [] });
  });
});

describe('a plugin in a process of its own', () => {
  it.each([
    { how: 'waits', act: 'await new Promise(() => {});' },
    { how: 'blocks its event loop', act: 'for (;;);' },
  ])('that $how in a call does not outlive a kill -9 of Forge, nor the run that goes on', async ({ act }) => {
    const folder = hangingPlugin(act);
    const alive = () => processesWith(folder);
    const script: ScriptFunction = (request, index) =>
      request.tools.includes('fs_write') && turnOf(request) === 0 ? callTool('hang', {}) : honest(request, index);
    const server = await startModelServer({ script });
    onTestFinished(() => server.close());
    const repository = sampleRepository('node');
    const env = { FORGE_PLUGINS: JSON.stringify([folder]) };
    const forge = createForge({ cwd: repository.path, modelUrl: server.url, env, quickTests: true });
    const running = forge.start('run', 'Add the area of a triangle', '--yes', '--json', '--trust');
    await running.event(({ type }) => type === 'tool.intent');
    expect(alive().length).toBeGreaterThan(0);
    running.kill('SIGKILL');
    await running.ended;
    await vi.waitUntil(() => alive().length === 0, { timeout: 60_000 });
    rmSync(join(folder, 'hang'));
    expect((await forge.run('resume', '--yes', '--json', '--trust')).code).toBe(0);
    expect(alive()).toEqual([]);
  });
});

/** A plugin whose tool never comes back while there is a file `hang` beside it. */
function hangingPlugin(act: string): string {
  const folder = temporaryFolder();
  const manifest = { name: 'hang', version: '1.0.0', type: 'tool', entry: './index.ts', api: '^0.1.0' };
  writeFileSync(join(folder, 'plugin.json'), JSON.stringify({ ...manifest, provides: { tools: ['hang'] } }));
  writeFileSync(join(folder, 'hang'), '');
  writeFileSync(
    join(folder, 'index.ts'),
    `import { existsSync } from 'node:fs';
import { definePlugin, defineTool, z } from '@forge/plugin-api';

const hang = defineTool({
  name: 'hang',
  description: 'Takes its time.',
  schema: { input: z.strictObject({}), output: z.string() },
  effect: 'read',
  async execute() {
    if (existsSync(${JSON.stringify(join(folder, 'hang'))})) ${act}
    return 'done';
  },
});

export default definePlugin({ tools: [hang] });
`,
  );
  return folder;
}

/** Living processes that were started with that word somewhere. */
function processesWith(word: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word);
    } catch {
      // Gone between two looks.
      return false;
    }
  });
}
