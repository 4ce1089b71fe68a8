import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { startModelServer } from '@forge/testkit/model-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { makeDirty, sampleRepository } from './sample-repository.ts';
import { changes, pipelineScript } from './scripts.ts';

const layouts = [
  { name: 'node', program: 'npm', test: ['npm', 'test'] },
  { name: 'python', program: 'python3', test: ['python3', '-m', 'unittest', 'discover', '-s', 'tests', '-t', '.'] },
  { name: 'make', program: 'make', test: ['make', 'test'] },
  { name: 'rust', program: 'cargo', test: ['cargo', 'test'] },
] as const;

/** Rust's own launcher looks for its toolchain in the home folder, which is another one here. */
const toolchains = { RUSTUP_HOME: process.env['RUSTUP_HOME'] ?? join(homedir(), '.rustup') };

describe('forge run, from a task to a branch', () => {
  for (const { name, program, test } of layouts) {
    const isThere = spawnSync(program, ['--version']).status === 0;

    it.skipIf(!isThere)(
      `in a ${name} repository, whose files stay as they are byte for byte${isThere ? '' : `: skipped, there is no ${program}`}`,
      async () => {
        const change = changes[name];
        const server = await startModelServer({ script: pipelineScript(change) });
        onTestFinished(() => server.close());
        const repository = sampleRepository(name);
        makeDirty(repository);
        const before = repository.fingerprint();

        const { code, events } = await createForge({
          cwd: repository.path,
          modelUrl: server.url,
          env: toolchains,
        }).run('run', 'Add the area of a triangle', '--yes', '--json');

        expect({
          code,
          failed: events.find(({ type }) => type === 'run.failed')?.payload,
          complaints: server.complaints,
        }).toEqual({ code: 0, failed: undefined, complaints: [] });
        expect(repository.fingerprint()).toEqual(before);
        const completed = events.find((event) => event.type === 'run.completed');
        const branch = completed?.payload.change?.branch ?? '';
        expect(branch).toMatch(/^forge\/[0-9A-Z]{26}-add-the-area-of-a-triangle$/);
        const subjects = repository.git('log', '--format=%s', '--reverse', `main..${branch}`).split('\n');
        expect(subjects.filter((subject) => !subject.startsWith('Merge'))).toEqual([
          'feat: add the area of a triangle',
          'test: test the area of a triangle',
        ]);
        expect(repository.git('show', `${branch}:${change.testFile}`)).toBe(change.test.trim());
        expect(repository.git('diff', '--stat', 'main', branch, '--', 'untracked.txt', 'staged.txt')).toBe('');

        const ran = events.flatMap((event) =>
          event.type === 'tests.ran'
            ? [[event.payload.evidence.on, event.taskId, event.payload.evidence] as const]
            : [],
        );
        expect(ran.map(([on, task]) => [on, task])).toEqual([
          ['base', undefined],
          ['result', 'triangle'],
          ['result', 'triangle-test'],
        ]);
        for (const [, , { command, exitCode }] of ran) {
          expect({ command, exitCode }).toEqual({ command: test.join(' '), exitCode: 0 });
        }
        repository.git('worktree', 'add', '--quiet', '.forge/check', branch);
        expect(spawnSync(test[0], test.slice(1), { cwd: `${repository.path}/.forge/check` }).status).toBe(0);
      },
    );
  }

  it('sends the first request within 8 KB, keeps the prompt prefix, and tells the key to nobody', async () => {
    const server = await startModelServer({ script: pipelineScript(changes.node) });
    onTestFinished(() => server.close());
    const repository = sampleRepository('node');
    const { stdout, stderr } = await createForge({ cwd: repository.path, modelUrl: server.url }).run(
      'run',
      'Add the area of a triangle',
      '--yes',
      '--json',
    );
    expect(server.requests[0]?.bytes).toBeLessThan(8 * 1024);
    expect(server.requests.map(({ raw }) => raw).join() + stdout + stderr).not.toContain('e2e-canary');
    const state = spawnSync('grep', ['-rlaF', 'e2e-canary', repository.path]);
    expect(state.stdout.toString()).toBe('');
  });
});
