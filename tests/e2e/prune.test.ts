import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { answer, byTurn, startModelServer } from '@forge/testkit/model-server';
import { expect, it, onTestFinished } from 'vitest';
import { createForge, type ForgeEnd } from './forge-process.ts';
import { sampleRepository } from './sample-repository.ts';
import { changes, pipelineScript } from './scripts.ts';

const task = 'Add the area of a triangle';
const idOf = ({ events }: ForgeEnd) => events[0]?.traceId ?? '';
const branches = ({ events }: ForgeEnd) =>
  events.flatMap((event) => (event.type === 'run.completed' ? (event.payload.change?.branch ?? []) : []));

it('old finished runs go with all they had; what waits, what is new, and what is not merged stays', async () => {
  const rejected = byTurn([answer({ approved: false, findings: [] })]);
  const server = await startModelServer({ script: pipelineScript(changes.node) });
  onTestFinished(() => server.close());
  const repository = sampleRepository('node');
  const forge = createForge({ cwd: repository.path, modelUrl: server.url, quickTests: true });
  const planned = await forge.run('run', task, '--plan-only', '--json');
  const delivered = await forge.run('run', task, '--yes', '--json');
  const parked = await forge.run('run', task, '--json');
  server.play(pipelineScript(changes.node, { reviewer: rejected }));
  const failed = await forge.run('run', task, '--yes', '--json');
  expect([planned, delivered, parked, failed].map(({ code }) => code)).toEqual([0, 0, 3, 1]);
  const folder = (end: ForgeEnd) => join(repository.path, '.forge/runs', idOf(end));
  expect([parked, failed].map((end) => existsSync(folder(end)))).toEqual([true, true]);

  const database = new DatabaseSync(join(repository.path, '.forge/runs.db'));
  onTestFinished(() => database.close());
  database.exec(`UPDATE runs SET updated_at = updated_at - ${100 * 86_400_000}`);
  const stored = () =>
    ['runs', 'events', 'checkpoints', 'requests'].map((table) => {
      const column = table === 'runs' ? 'id' : 'run_id';
      return database
        .prepare(`SELECT DISTINCT ${column} AS id FROM ${table} ORDER BY 1`)
        .all()
        .map(({ id }) => id);
    });
  const before = stored();
  const tried = await forge.run('prune', '--dry-run', '--json');
  const pruned = ({ objects }: ForgeEnd) => objects.filter(({ type }) => type === 'pruned').map(({ id }) => id);
  expect(pruned(tried)).toEqual([idOf(planned), idOf(failed)]);
  expect(stored()).toEqual(before);
  expect(pruned(await forge.run('prune', '--days', '200', '--json'))).toEqual([]);

  // The end of any run is the moment for it.
  server.play(pipelineScript(changes.node));
  const fresh = await forge.run('run', task, '--plan-only', '--json');
  const left = [delivered, parked, fresh].map(idOf).sort();
  expect(stored().map((ids) => ids.filter((id) => !left.includes(id as string)))).toEqual([[], [], [], []]);
  expect(stored()[0]).toEqual(left);
  expect([parked, failed].map((end) => existsSync(folder(end)))).toEqual([true, false]);

  const [branch = ''] = branches(delivered);
  repository.git('merge', '--quiet', branch);
  expect(pruned(await forge.run('prune', '--json'))).toEqual([idOf(delivered)]);
  expect(repository.git('branch', '--list', branch)).not.toBe('');
  expect((await forge.run('prune', '--keep', '1')).stdout).toContain('0 runs removed');
  const doctor = await forge.run('doctor', '--json');
  const details = new Map(doctor.objects.map(({ name, detail }) => [name, detail]));
  expect(details.get('store')).toMatch(/^sqlite, 2 runs, database [\d.]+ [kM]B, write-ahead log .+, blobs [\d.]+ k?B$/);
  expect(details.get('workspaces')).toMatch(/^[\d.]+ [kM]B/);
  const resumed = await forge.run('resume', idOf(parked), '--yes', '--json');
  expect(resumed.code).toBe(0);
});
