import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { byTurn, noSuchModel, startModelServer, turnOf, type ScriptFunction } from '@forge/testkit/model-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createForge, type ForgeEnd, type ForgeWorld } from './forge-process.ts';
import { calls, isAbout, isResolving, opening, planScript, type ScriptedTask } from './parallel-scripts.ts';
import { crashing } from './restarting.ts';
import { sampleRepository, type SampleRepository } from './sample-repository.ts';
import { done } from './scripts.ts';

async function scene(script: ScriptFunction, { env = {}, quickTests = true }: Partial<ForgeWorld> = {}) {
  const server = await startModelServer({ script });
  onTestFinished(() => server.close());
  const repository = sampleRepository('node');
  const forge = createForge({ cwd: repository.path, modelUrl: server.url, env, quickTests });
  return { server, repository, forge, run: () => forge.run('run', 'Several things', '--yes', '--json') };
}

function treeOf(repository: SampleRepository): string {
  const branches = repository.git('branch', '--list', 'forge/*', '--format=%(refname:short)').split('\n');
  expect(branches).toHaveLength(1);
  return repository.git('rev-parse', `${branches[0]}^{tree}`);
}

function shown(repository: SampleRepository, file: string): string {
  return repository.git('show', `${repository.git('branch', '--list', 'forge/*', '--format=%(refname)')}:${file}`);
}

function merged({ events }: Pick<ForgeEnd, 'events'>): string[] {
  return events.flatMap((event) => (event.type === 'task.merged' ? [event.payload.taskId] : []));
}

/** Folders of runs, and processes that carry the run's mark. */
function left({ path }: SampleRepository, runId: string) {
  const processes = readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${runId}/`);
    } catch {
      // It ended meanwhile, or is somebody else's.
      return false;
    }
  });
  return { folders: readdirSync(join(path, '.forge', 'runs')), processes };
}

const area = (unit: string, more = '') =>
  `/** Area of a rectangle, in ${unit}. */\nexport function area(width, height) {\n  return width * height;\n}\n${more}`;

/** Seven tasks with a clash in the middle: `metres` and `feet` change the same line, `sum` needs both. */
const tasks: readonly ScriptedTask[] = [
  { id: 'readme', writes: { 'docs/readme.md': 'read me\n', 'docs/more.md': 'more\n', 'docs/last.md': 'last\n' } },
  { id: 'metres', writes: { 'src/area.js': area('square metres') } },
  { id: 'feet', writes: { 'src/area.js': area('square feet'), 'src/feet.js': 'export const feet = 3.28;\n' } },
  { id: 'cube', writes: { 'src/cube.js': 'export const cube = (side) => side ** 3;\n' } },
  { id: 'cube-test', after: ['cube'], writes: { 'src/cube-list.js': "export * from './cube.js';\n" } },
  { id: 'sum', after: ['metres', 'feet'], writes: { 'src/sum.js': "export * from './area.js';\n" } },
  { id: 'all', after: ['sum', 'cube-test'], writes: { 'src/all.js': "export * from './sum.js';\n" } },
];
const both = area('square metres or square feet');

/** Answers what `planScript` does, and resolves the clash; the first time badly. */
function resolving(honest: ScriptFunction, resolved = both): ScriptFunction {
  return (request, index) => {
    if (!isResolving(request)) return honest(request, index);
    if (!opening(request).includes('still has conflict marks')) return done('leave it as it is');
    return byTurn([...calls({ 'src/area.js': resolved }), done('take both units')])(request, index);
  };
}

describe('tasks at once', () => {
  it('end with the same tree as one after the other, whatever order they end in', async () => {
    const trees: string[] = [];
    for (const concurrency of ['1', '5']) {
      const honest = resolving(planScript(tasks));
      // With several workers: no task goes on before four have begun, and the first of the plan ends last.
      const begun = new Set<string>();
      let allBegun: () => void = () => undefined;
      const four = new Promise<void>((resolve) => (allBegun = resolve));
      const { run, repository, server } = await scene(
        async (request, index) => {
          const id = ['readme', 'metres', 'feet', 'cube'].find((name) => isAbout(request, name));
          if (id !== undefined) begun.add(id);
          if (begun.size === 4) allBegun();
          if (id !== undefined && concurrency === '5') await four;
          return honest(request, index);
        },
        { env: { FORGE_CONCURRENCY: concurrency } },
      );
      const end = await run();
      expect({ code: end.code, complaints: server.complaints }).toEqual({ code: 0, complaints: [] });
      expect(merged(end)).toEqual(tasks.map(({ id }) => id));
      expect(shown(repository, 'src/area.js')).toBe(both.trim());
      trees.push(treeOf(repository));
    }
    expect(trees[1]).toBe(trees[0]);
  });

  it('do not wait for a slow one that does not concern them', async () => {
    const slow = [
      { id: 'slow', writes: { 'slow.txt': 'slow\n' } },
      { id: 'quick', writes: { 'quick.txt': 'quick\n' } },
      { id: 'after', after: ['quick'], writes: { 'after.txt': 'after\n' } },
    ];
    const honest = planScript(slow);
    let afterIsDone: () => void = () => undefined;
    const after = new Promise<void>((resolve) => (afterIsDone = resolve));
    const { run } = await scene(async (request, index) => {
      if (isAbout(request, 'slow')) await after;
      if (isAbout(request, 'after') && turnOf(request) === 1) afterIsDone();
      return honest(request, index);
    });
    const end = await run();
    expect(end.code).toBe(0);
    expect(merged(end)).toEqual(['slow', 'quick', 'after']);
  });

  it('are stopped by a failing one only where they depend on it; resume works on the failed ones alone', async () => {
    const four = [
      { id: 'bad', writes: { 'bad.txt': 'bad\n' } },
      { id: 'child', after: ['bad'], writes: { 'child.txt': 'child\n' } },
      { id: 'worse', writes: { 'worse.txt': 'worse\n' } },
      { id: 'good', writes: { 'good.txt': 'good\n' } },
    ];
    const honest = planScript(four);
    const { run, server, forge, repository } = await scene((request, index) =>
      isAbout(request, 'bad') || isAbout(request, 'worse') ? noSuchModel() : honest(request, index),
    );
    const end = await run();
    expect(merged(end)).toEqual(['good']);
    const failed = end.events.flatMap((event) => (event.type === 'task.failed' ? [event.payload.taskId] : []));
    expect(failed.toSorted()).toEqual(['bad', 'worse']);
    expect(end.events.findLast(({ type }) => type === 'run.failed')?.payload).toMatchObject({
      message: expect.stringMatching(/^2 tasks failed: /),
    });
    const before = server.requests.length;
    server.play(honest);
    const resumed = await forge.run('resume', '--yes', '--json');
    expect(resumed.code).toBe(0);
    expect(merged(resumed)).toEqual(['bad', 'child', 'worse']);
    expect(server.requests.slice(before).filter((request) => isAbout(request, 'good'))).toEqual([]);
    expect(shown(repository, 'child.txt')).toBe('child');
  });

  it('are merged after what only the log knows of, when Forge died before the branch had it', async () => {
    const two = [
      { id: 'bad', writes: { 'bad.txt': 'bad\n' } },
      { id: 'good', writes: { 'good.txt': 'good\n' } },
    ];
    const honest = planScript(two);
    const { server, forge, repository } = await scene((request, index) =>
      isAbout(request, 'bad') ? noSuchModel() : honest(request, index),
    );
    const words = ['run', 'Several things', '--yes', '--json'];
    const { file, args, options } = crashing({ ...forge.command().options, words }, 'kill task.merged 1');
    const [, signal] = await once(spawn(file, args, { ...options, stdio: 'ignore' }), 'close');
    expect(signal).toBe('SIGKILL');
    server.play(honest);
    const resumed = await forge.run('resume', '--yes', '--json');
    expect({ code: resumed.code, stderr: resumed.stderr }).toMatchObject({ code: 0 });
    expect(merged(resumed)).toEqual(['bad']);
    expect([shown(repository, 'good.txt'), shown(repository, 'bad.txt')]).toEqual(['good', 'bad']);
  });
});

describe('a conflict', () => {
  const clash = tasks.filter(({ id }) => ['metres', 'feet', 'sum'].includes(id));

  it('goes to an agent that sees both goals and both diffs, and hears why an attempt was not taken', async () => {
    const { run, server, repository } = await scene(resolving(planScript(clash)));
    const end = await run();
    expect(end.code).toBe(0);
    const asked = server.requests.filter(isResolving).map(opening);
    for (const text of asked) {
      for (const part of ['The goal of metres', 'The goal of feet', '+/** Area of a rectangle, in square metres. */']) {
        expect(text).toContain(part);
      }
      expect(text).toContain('+/** Area of a rectangle, in square feet. */');
    }
    const told = end.events.flatMap((event) => (event.type === 'task.conflicted' ? [event.payload] : []));
    expect(told).toMatchObject([
      { taskId: 'feet', files: ['src/area.js'], attempt: 1, faults: [] },
      { taskId: 'feet', attempt: 2, faults: ['src/area.js still has conflict marks'] },
    ]);
    expect(shown(repository, 'src/area.js')).toBe(both.trim());
    const branch = repository.git('branch', '--list', 'forge/*', '--format=%(refname)');
    expect(repository.git('log', '--format=%s', `main..${branch}`).split('\n')).toEqual(
      expect.arrayContaining(['feat: do sum', 'feat: do feet', 'feat: do metres']),
    );
  });

  it('that nobody resolves fails its task alone, and resume tries again', async () => {
    const honest = planScript([...clash, { id: 'other', writes: { 'other.txt': 'other\n' } }]);
    const stubborn: ScriptFunction = (request, index) =>
      isResolving(request) ? done('leave it as it is') : honest(request, index);
    const { run, server, forge, repository } = await scene(stubborn);
    const end = await run();
    expect(end.code).toBe(8);
    expect(merged(end)).toEqual(['metres', 'other']);
    const runId = end.events[0]?.traceId ?? '';
    // What it did is kept until it is resumed, discarded or pruned; nothing runs meanwhile.
    expect(left(repository, runId)).toEqual({ folders: [runId], processes: [] });
    server.play(resolving(honest));
    const resumed = await forge.run('resume', '--yes', '--json');
    expect(resumed.code).toBe(0);
    expect(merged(resumed)).toEqual(['feet', 'sum']);
    expect(shown(repository, 'src/area.js')).toBe(both.trim());
    expect(left(repository, runId)).toEqual({ folders: [], processes: [] });
  });

  for (const point of ['task.conflicted', 'tool.result', 'execution.completed', 'task.merged'] as const) {
    it(`is resolved once, although Forge is killed right after ${point}`, async () => {
      const { server, repository, forge } = await scene(resolving(planScript(clash)));
      const running = forge.start('run', 'Several things', '--yes', '--json');
      await running.event(({ type, executionId, taskId }) =>
        type.startsWith('task.')
          ? type === point && taskId === 'feet'
          : type === point && executionId?.includes('feet.conflict-2') === true,
      );
      running.kill('SIGKILL');
      const killed = await running.ended;
      const resumed = await forge.run('resume', '--yes', '--json');
      expect({ code: resumed.code, stderr: resumed.stderr }).toMatchObject({ code: 0 });
      expect([...merged(killed), ...merged(resumed)]).toEqual(['metres', 'feet', 'sum']);
      expect(left(repository, killed.events[0]?.traceId ?? '')).toEqual({ folders: [], processes: [] });
      expect(shown(repository, 'src/area.js')).toBe(both.trim());
      const asked = server.requests.map(({ raw }) => raw);
      // The reply that was on its way when Forge died may be asked for again; no other is.
      expect(asked.length - new Set(asked).size).toBeLessThanOrEqual(1);
    });
  }
});

describe('tests after each merge', () => {
  const guard =
    "import assert from 'node:assert/strict';\nimport { readdirSync, readFileSync } from 'node:fs';\nimport { test } from 'node:test';\n\ntest('every file says what it is for', () => {\n  for (const name of readdirSync('src')) assert.match(readFileSync(`src/${name}`, 'utf8'), /^\\/\\*\\*/);\n});\n";
  const apart = [
    { id: 'guard', writes: { 'test/guard.test.js': guard } },
    { id: 'more', writes: { 'src/more.js': 'export const more = 1;\n' } },
  ];
  const mended = '/** More. */\nexport const more = 1;\n';

  it('find what fits by its text alone, and the task that broke them mends it before it is on the branch', async () => {
    const honest = planScript(apart);
    const { run, repository } = await scene(
      (request, index) =>
        opening(request).includes('## Tests that fail')
          ? byTurn([...calls({ 'src/more.js': mended }), done('say what it is for', 'fix')])(request, index)
          : honest(request, index),
      { quickTests: false },
    );
    const end = await run();
    expect(end.code).toBe(0);
    const ran = end.events.flatMap((event) =>
      event.type === 'tests.ran' ? [[event.taskId, event.payload.evidence.exitCode === 0]] : [],
    );
    expect(ran).toEqual([
      [undefined, true],
      ['guard', true],
      ['more', false],
      ['more', true],
    ]);
    expect(shown(repository, 'src/more.js')).toBe(mended.trim());
  });

  it('fail the task that breaks them and does not mend it, and leave its change out', async () => {
    const honest = planScript(apart);
    const { run, forge } = await scene(
      (request, index) =>
        opening(request).includes('## Tests that fail') ? done('all tests pass now', 'fix') : honest(request, index),
      { quickTests: false },
    );
    const end = await run();
    expect(end.code).toBe(1);
    expect(merged(end)).toEqual(['guard']);
    expect(end.events.findLast((event) => event.type === 'task.failed')?.payload).toMatchObject({
      taskId: 'more',
      code: 'TESTS_FAILED',
    });
    const { stdout } = await forge.run('show', end.events[0]?.traceId ?? '', '--diff');
    expect(stdout).toContain('guard.test.js');
    expect(stdout).not.toContain('more.js');
  });
});
