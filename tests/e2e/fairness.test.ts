import { answer, byAgent, byTurn, callTool, startModelServer } from '@forge/testkit/model-server';
import { expect, it, onTestFinished } from 'vitest';
import { kernelInProcess } from './kernel-in-process.ts';
import { sampleRepository } from './sample-repository.ts';
import { done } from './scripts.ts';

const runs: Readonly<Record<string, readonly string[]>> = {
  'Many things': ['many-1', 'many-2', 'many-3'],
  'Few things': ['few-1', 'few-2'],
  'Last things': ['last-1', 'last-2'],
};
const planOf = (ids: readonly string[]) =>
  answer({
    summary: 'Things',
    assessment: { score: 1, gaps: [] },
    assumptions: [],
    tasks: ids.map((id) => ({ id, title: id, goal: id, files: [], dependencies: [], acceptance: [] })),
  });

it('runs that share one worker take turns, however many tasks the first one has', async () => {
  const firstBegan = Promise.withResolvers<void>();
  const othersWait = Promise.withResolvers<void>();
  const work = Object.values(runs)
    .flat()
    .map(
      (id) => [id, byTurn([callTool('fs_write', { path: `${id}.txt`, content: id }), done(`write ${id}`)])] as const,
    );
  const script = byAgent({
    planner: ({ messages }) =>
      planOf(Object.entries(runs).find(([task]) => messages[0]?.text.includes(task))?.[1] ?? []),
    implementer: Object.fromEntries(work),
  });
  const server = await startModelServer({
    async script(request, index) {
      const reply = await script(request, index);
      const isFirst = request.messages.length === 1 && (request.messages[0]?.text ?? '').includes('(many-1)');
      if (!isFirst || reply === undefined) return reply;
      firstBegan.resolve();
      return { ...reply, until: othersWait.promise };
    },
  });
  onTestFinished(() => server.close());
  const kernel = await kernelInProcess({
    cwd: sampleRepository('node').path,
    modelUrl: server.url,
    flags: { concurrency: 1, phases: ['planning', 'implementation'] },
  });
  const started: string[] = [];
  const underWay = new Set<string>();
  let most = 0;
  const waiting = Object.keys(runs).map(() => Promise.withResolvers<void>());
  let estimated = 0;
  await (await kernel.forge.bus()).subscribe('*', (event) => {
    // A run's tasks are put in line right after that.
    if (event.type === 'work.estimated') waiting[estimated++]?.resolve();
    if (event.type === 'task.completed') underWay.delete(event.payload.taskId);
    if (event.type !== 'task.started') return;
    started.push(event.payload.taskId);
    most = Math.max(most, underWay.add(event.payload.taskId).size);
  });
  const many = kernel.run('Many things');
  await firstBegan.promise;
  const few = kernel.run('Few things');
  await waiting[1]?.promise;
  const last = kernel.run('Last things');
  await waiting[2]?.promise;
  othersWait.resolve();
  for (const { error } of await Promise.all([many, few, last])) expect(error).toBeUndefined();
  expect(started).toEqual(['many-1', 'few-1', 'last-1', 'many-2', 'few-2', 'last-2', 'many-3']);
  expect(most).toBe(1);
});
