import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ForgeEvent, Lease, Tool } from '@forge/plugin-api';
import { createToolContext } from '@forge/testkit/fakes';
import { startTestKernel } from '@forge/testkit/test-kernel';
import { type Bench, median, percentile } from '../bench.ts';
import { temporaryFolder } from '../places.ts';

const code = `import { definePlugin, defineTool, z } from '@forge/plugin-api';
/** Every method of it answers at once, so that what is measured is the way there and back. */
const store = new Proxy({ name: 'nowhere' }, { get: (self, method) => self[method] ?? (async () => undefined) });
export default definePlugin({ stores: [store], tools: [defineTool({
  name: 'echo', description: 'Says what it was told', effect: 'read',
  schema: { input: z.strictObject({ text: z.string() }), output: z.string() },
  execute: async ({ text }) => text,
})] });
`;

const lease: Lease = { runId: 'r1', owner: { id: 'bench', host: 'here', pid: 1 }, fence: 1, expiresAt: 0 };
const event = {
  id: 'e1',
  traceId: 'r1',
  seq: 1,
  timestamp: 1,
  type: 'agent.progress',
  source: 'kernel',
  payload: { message: 'x'.repeat(1_000) },
  fence: 1,
  previousHash: '',
  hash: '',
} as ForgeEvent;

/** What a call costs when the plugin has a process of its own. */
export const plugin: Bench = async ({ short }) => {
  const calls = short ? 200 : 5_000;
  const isolated = await timesOf(calls, false);
  const here = await timesOf(calls, true);
  const detail = `${calls} calls of a tool that answers at once, guarded; ${median(here.times).toFixed(3)} ms in Forge's own process`;
  return [
    { what: 'Call of a plugin in its own process, p50', value: median(isolated.times), unit: 'ms', limit: 0.5, detail },
    { what: 'Call of a plugin in its own process, p99', value: percentile(isolated.times, 99), unit: 'ms', detail },
    {
      what: 'The same, beside a call in Forge’s own',
      value: median(isolated.times) / median(here.times),
      unit: 'x',
      detail,
    },
    {
      what: 'Append of an event to a store in its own process, p50',
      value: median(isolated.appendTimes),
      unit: 'ms',
      detail: `${calls} appends to one that answers at once, guarded; ${median(here.appendTimes).toFixed(3)} ms in Forge's own process`,
    },
    {
      what: 'Start of a plugin in its own process',
      value: isolated.startMs,
      unit: 'ms',
      detail: `from the sources, once; ${here.startMs.toFixed(0)} ms in Forge's own process`,
    },
  ];
};

async function timesOf(calls: number, inProcess: boolean) {
  const folder = temporaryFolder();
  const manifest = {
    name: 'bench',
    version: '1.0.0',
    type: 'tool',
    entry: './index.mjs',
    provides: { tools: ['echo'], stores: ['nowhere'] },
  };
  writeFileSync(join(folder, 'plugin.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'index.mjs'), code);
  const kernel = await startTestKernel({ config: { plugins: [{ use: folder, options: {}, inProcess }] } });
  try {
    const startedAt = performance.now();
    const tool = (await kernel.forge.get('tool', 'echo')) as Tool;
    const startMs = performance.now() - startedAt;
    const context = createToolContext({ workspace: kernel.cwd });
    const times = await timesEach(calls, () => tool.execute({ text: 'hello' }, context));
    const store = await kernel.forge.get('store', 'nowhere');
    const appendTimes = await timesEach(calls, () => store.append(lease, [event]));
    return { times, appendTimes, startMs };
  } finally {
    await kernel.close();
  }
}

async function timesEach(calls: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    const from = performance.now();
    await work();
    times.push(performance.now() - from);
  }
  return times;
}
