import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startModelServer } from '@forge/testkit/model-server';
import { expect, it, onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { sampleRepository } from './sample-repository.ts';
import { changes, pipelineScript } from './scripts.ts';

it('a process that stood still for longer than its lease writes nothing more, and ends with 8', async () => {
  const honest = pipelineScript(changes.node);
  const asked = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  onTestFinished(() => release.resolve());
  const server = await startModelServer({
    script: async (request, index) => {
      const reply = await honest(request, index);
      if (index !== 2 || reply === undefined) return reply;
      asked.resolve();
      return { ...reply, until: release.promise };
    },
  });
  onTestFinished(() => server.close());
  const repository = sampleRepository('node');
  const forge = createForge({ cwd: repository.path, modelUrl: server.url, quickTests: true });
  const stale = forge.start('run', 'Add the area of a triangle', '--yes', '--json');
  onTestFinished(() => stale.kill('SIGKILL'));
  const { traceId: runId } = await stale.event(({ type }) => type === 'run.started');
  await asked.promise;
  stale.kill('SIGSTOP');
  const database = new DatabaseSync(join(repository.path, '.forge/runs.db'));
  database.prepare('UPDATE runs SET lease_expires_at = 1 WHERE id = ?').run(runId);
  database.close();

  const next = await forge.run('resume', runId, '--yes', '--json');
  expect({ code: next.code, stderr: next.stderr }).toMatchObject({ code: 0 });
  const paid = server.requests.length;
  stale.kill('SIGCONT');
  release.resolve();
  const end = await stale.ended;

  expect(end.code).toBe(8);
  expect(end.objects.at(-1)).toMatchObject({ type: 'exit', error: { code: 'LEASE_LOST' } });
  expect(server.requests).toHaveLength(paid);
  const { events } = await forge.run('replay', runId, '--json');
  expect(events.at(-1)).toMatchObject({ type: 'run.completed' });
  expect(events.slice(-next.events.length)).toEqual(next.events);
  expect((await forge.run('verify', runId, '--json')).code).toBe(0);
  expect(repository.git('branch', '--list', 'forge/*', '--format=%(refname:short)').split('\n')).toHaveLength(1);
});
