import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EventOf, ForgeEvent } from '@forge/plugin-api';
import { byTurn, callTool, startModelServer } from '@forge/testkit/model-server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createForge } from './forge-process.ts';
import { sampleRepository } from './sample-repository.ts';
import { changes, done, pipelineScript } from './scripts.ts';

/** Events after which Forge is killed: one of each part of a run. */
const killPoints = [
  'run.started',
  'plan.created',
  'tool.intent',
  'tool.result',
  'llm.responded',
  'task.merged',
  'phase.completed',
  'tests.ran',
  'request.decided',
  'deployment.stage',
] as const;

describe('kill -9', () => {
  for (const point of killPoints) {
    it(`right after ${point}: resumed in a new process, the run ends with the same tree`, async () => {
      const server = await startModelServer({ script: pipelineScript(changes.node) });
      onTestFinished(() => server.close());
      const repository = sampleRepository('node');
      const before = repository.fingerprint();
      const forge = createForge({ cwd: repository.path, modelUrl: server.url, quickTests: true });
      const running = forge.start('run', 'Add the area of a triangle', '--yes', '--json');
      await running.event(({ type }) => type === point);
      running.kill('SIGKILL');
      const killed = await running.ended;

      const resumed = await forge.run('resume', '--yes', '--json');
      // The kill may have come after the end: then there is nothing to resume.
      const finished = killed.events.some(({ type }) => type === 'run.completed');
      expect({ code: resumed.code, stderr: resumed.stderr }).toMatchObject({ code: finished ? 2 : 0 });
      const branches = repository.git('branch', '--list', 'forge/*', '--format=%(refname:short)').split('\n');
      expect(branches).toHaveLength(1);
      expect(repository.git('rev-parse', `${branches[0]}^{tree}`)).toBe(expectedTree(repository));
      expect(repository.fingerprint()).toEqual(before);
      expect((await forge.run('verify', '--json')).code).toBe(0);
      const answered = server.requests.filter(({ index }) => index >= 0).map(({ raw }) => raw);
      const recorded = [...killed.events, ...resumed.events].filter(({ type }) => type === 'llm.responded').length;
      // A reply that was on its way when Forge died may be asked for again; no other is.
      expect(answered.length - new Set(answered).size).toBeLessThanOrEqual(1);
      expect(recorded).toBeGreaterThan(0);
    });
  }

  it('in the middle of a command that changes the workspace: only that command runs again', async () => {
    const change = changes.node;
    const edit = callTool('fs_edit', { path: change.file, edits: [{ old: change.from, new: change.to }] });
    const command = `echo again >> $HOME/times; echo half >> ${change.file}; echo half >> new.txt
test "$(wc -l < $HOME/times)" -gt 1 || { touch begun; sleep 600; }; git checkout -q ${change.file}; echo whole > new.txt`;
    const script = pipelineScript(change, {
      implementer: {
        triangle: byTurn([
          edit,
          callTool('shell', {
            command: 'mkdir -p node_modules; echo kept > node_modules/kept; echo node_modules > .gitignore',
          }),
          callTool('shell', { command }),
          callTool('shell', {
            command: 'cat node_modules/kept new.txt; rm .gitignore new.txt; rm -r node_modules; ls',
          }),
          edit,
          done('add the area of a triangle'),
        ]),
        'triangle-test': byTurn([
          callTool('fs_write', { path: change.testFile, content: change.test }),
          done('test the area of a triangle', 'test'),
        ]),
      },
    });
    const server = await startModelServer({ script });
    onTestFinished(() => server.close());
    const repository = sampleRepository('node');
    const forge = createForge({ cwd: repository.path, modelUrl: server.url, quickTests: true });
    const running = forge.start('run', 'Add the area of a triangle', '--yes', '--json');
    const { traceId } = await running.event(({ type }) => type === 'plan.created');
    const checkout = join(repository.path, '.forge/runs', traceId, 'checkouts/tasks/triangle');
    await vi.waitUntil(() => existsSync(join(checkout, 'begun')), { timeout: 30_000 });
    running.kill('SIGKILL');
    const killed = await running.ended;

    const resumed = await forge.run('resume', '--yes', '--json');
    expect({ code: resumed.code, stderr: resumed.stderr }).toMatchObject({ code: 0 });
    expect(resumed.events.filter(({ type }) => type === 'tool.repeated')).toHaveLength(1);
    const texts = resumed.events.flatMap((event) => (event.type === 'tool.result' ? [event.payload.text] : []));
    expect(texts[1]).toContain('kept\nwhole\n');
    expect(texts[1]).not.toContain('begun');
    expect(answersOnce([...killed.events, ...resumed.events])).toBe(true);
    const raws = server.requests.map(({ raw }) => raw);
    expect(new Set(raws).size).toBe(raws.length);
    const branch = repository.git('branch', '--list', 'forge/*', '--format=%(refname:short)');
    expect(repository.git('rev-parse', `${branch}^{tree}`)).toBe(expectedTree(repository));
  });
});

/** Every tool call that a model asked for has one intent and one result. */
function answersOnce(events: readonly ForgeEvent[]): boolean {
  const calls = (wanted: 'tool.intent' | 'tool.result') =>
    events.flatMap((event) =>
      event.type === wanted ? [`${event.executionId} ${(event as EventOf<'tool.intent'>).payload.ordinal}`] : [],
    );
  const [intents, results] = [calls('tool.intent'), calls('tool.result')];
  return new Set(intents).size === intents.length && intents.toSorted().join() === results.toSorted().join();
}

/** The tree that the scripted change gives. */
function expectedTree(repository: ReturnType<typeof sampleRepository>): string {
  const { file, from, to, testFile, test } = changes.node;
  const scratch = sampleRepository('node');
  scratch.write(file, scratch.git('show', `HEAD:${file}`).concat('\n').replace(from, to));
  scratch.write(testFile, test);
  scratch.git('add', '--all');
  expect(scratch.git('rev-parse', 'HEAD^{tree}')).toBe(repository.git('rev-parse', 'main^{tree}'));
  return scratch.git('write-tree');
}
