import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import executorPlugin from '@forge/executor-child-process';
import type { AgentPlace, Executor } from '@forge/plugin-api';
import { createAgentContext, createPluginContext } from '@forge/testkit/fakes';
import { median, percentile, type Bench, type Row } from '../bench.ts';
import { temporaryFolder } from '../places.ts';

/** From the bundle, as people run it. */
const workerEntry = fileURLToPath(new URL('../../../../apps/cli/dist/apps/worker/src/main.worker.js', import.meta.url));
const compiled = fileURLToPath(new URL('../../../../apps/cli/dist/.compiled', import.meta.url));
const clock = { now: () => Date.now(), sleep: () => new Promise<void>(() => {}) };

/** An agent that makes so many calls one after the other, each answered at once. */
const agent = `export default { forgePlugin: 1, setup: async () => ({ agents: [{
  id: 'calls', type: 'bench',
  async execute(count, ctx) {
    for (let index = 0; index < count; index += 1) await ctx.note('a decision', 'its reason');
    return { residentMb: process.memoryUsage().rss / 1e6 };
  },
}] }) };
`;

/** What an execution costs when it runs in a process of its own. */
export const worker: Bench = async ({ short }) => {
  const rounds = short ? 3 : 20;
  const calls = short ? 200 : 5_000;
  const { executors = [] } = await executorPlugin.setup(createPluginContext({ clock }));
  const [executor] = executors;
  if (executor === undefined) throw new Error('the plugin gives no executor');
  const place = agentPlace();
  const bare: number[] = [];
  const starts: number[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const startedAt = performance.now();
    execFileSync(process.execPath, ['-e', '0'], { stdio: 'ignore' });
    const bareMs = performance.now() - startedAt;
    const { firstMs } = await execution(executor, place, 1);
    // The first round fills caches.
    if (round < 0) continue;
    bare.push(bareMs);
    starts.push(firstMs);
  }
  const { betweenMs, residentMb } = await execution(executor, place, calls);
  const row = (what: string, percent: number): Row => ({
    what,
    value: percentile(betweenMs, percent),
    unit: 'ms',
    detail: `${calls} calls, each answered at once: both ways over the line, with the agent's turn between`,
  });
  return [
    {
      what: 'Start of a worker, until its agent’s first call is heard',
      value: median(starts) / median(bare),
      unit: 'x',
      limit: 4,
      detail: `${median(starts).toFixed(0)} ms beside ${median(bare).toFixed(0)} ms of \`node -e 0\``,
    },
    { ...row('Call from a worker, p50', 50), limit: 0.5 },
    row('Call from a worker, p99', 99),
    { what: 'Memory of a worker', value: residentMb, unit: 'MB', detail: `resident, after ${calls} calls` },
  ];
};

function agentPlace(): AgentPlace {
  const folder = temporaryFolder();
  const manifest = {
    name: 'bench',
    version: '1.0.0',
    type: 'agent',
    entry: './index.mjs',
    provides: { agents: ['calls'] },
  };
  writeFileSync(join(folder, 'plugin.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'index.mjs'), agent);
  return { agent: 'calls', plugin: 'bench', folder, origin: 'default', options: {}, variables: {} };
}

async function execution(executor: Executor, place: AgentPlace, calls: number) {
  const heard: number[] = [];
  const cwd = temporaryFolder();
  const context = { ...createAgentContext(), note: async () => void heard.push(performance.now()) };
  const startedAt = performance.now();
  const output = await executor.execute(
    { runId: 'bench', executionId: 'bench/1', agent: 'calls', input: calls },
    {
      context,
      resolveAgent: () => Promise.reject(new Error('the agent is elsewhere')),
      locateAgent: async () => place,
      workerCommand: async () => ({
        file: process.execPath,
        args: [workerEntry],
        cwd,
        env: { PATH: process.env['PATH'] ?? '', HOME: cwd, TMPDIR: cwd, NODE_COMPILE_CACHE: compiled },
      }),
    },
  );
  return {
    firstMs: (heard[0] ?? Number.NaN) - startedAt,
    betweenMs: heard.slice(1).map((at, index) => at - (heard[index] ?? at)),
    residentMb: (output as { readonly residentMb: number }).residentMb,
  };
}
