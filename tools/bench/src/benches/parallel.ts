import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { answer, callTool, startModelServer, turnOf, type Reply } from '@forge/testkit/model-server';
import { median, type Bench, type Row } from '../bench.ts';
import { forgeEntry, repository, subjectEnvironment } from '../places.ts';

const count = 8;
const tasks = Array.from({ length: count }, (_, index) => `part-${index + 1}`);
const plan = {
  summary: 'Eight parts',
  assessment: { score: 1, gaps: [] },
  assumptions: [],
  tasks: tasks.map((id) => ({ id, title: id, goal: id, files: [], dependencies: [], acceptance: [] })),
};

/** A plan of eight independent tasks, with a model that takes two seconds a reply, by one, four and eight workers. */
export const parallel: Bench = async ({ short }) => {
  const [replyMs, rounds] = short ? [500, 1] : [2_000, 3];
  const took: Record<number, number[]> = { 1: [], 4: [], 8: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const workers of [1, 4, 8]) took[workers]?.push(await play(workers, replyMs));
  }
  const of = (workers: number) => median(took[workers] ?? []);
  const row = (workers: number, atLeast: number): Row => ({
    what: `Speed-up of ${count} independent tasks by ${workers} workers`,
    value: of(1) / of(workers),
    unit: 'x',
    atLeast,
    detail: `${(of(1) / 1000).toFixed(1)} s with one, ${(of(workers) / 1000).toFixed(1)} s with ${workers}; a reply takes ${replyMs / 1000} s, no tests after merges`,
  });
  return [row(4, 3.5), row(8, 6)];
};

/** Milliseconds from the first request of a task to that of the review, when all are merged. */
async function play(workers: number, replyMs: number): Promise<number> {
  let [first, last] = [Number.NaN, Number.NaN];
  const server = await startModelServer({
    script: async (request) => {
      if (!request.tools.includes('fs_write')) {
        if (!request.system.includes('review')) return answer(plan);
        last = performance.now();
        return answer({ approved: true, findings: [] });
      }
      if (Number.isNaN(first)) first = performance.now();
      await new Promise((resolve) => setTimeout(resolve, replyMs));
      return reply(/\((part-\d+)\)$/m.exec(request.messages[0]?.text ?? '')?.[1] ?? 'none', turnOf(request));
    },
  });
  const child = spawn(process.execPath, [forgeEntry, 'run', 'go', '--no-input', '--yes', '--progress', 'none'], {
    cwd: repository(5),
    env: {
      ...subjectEnvironment(server.url),
      FORGE_CONCURRENCY: String(workers),
      FORGE_SAFETY__BUDGET_USD: '1000',
      // How long a project's tests take says nothing about Forge.
      FORGE_TESTING__AFTER_MERGE: 'false',
    },
    stdio: 'ignore',
  });
  await once(child, 'exit');
  await server.close();
  if (Number.isNaN(last)) throw new Error(`the run did not get to its review\n${server.complaints.join('\n')}`);
  return last - first;
}

function reply(id: string, turn: number): Reply {
  if (turn < 2) return callTool('fs_write', { path: `${id}-${turn}.txt`, content: `${id}\n` });
  return answer({ summary: id, commit: { type: 'feat', subject: `do ${id}` } });
}
