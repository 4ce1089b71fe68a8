import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definePlugin, defineTool, type ToolContext, z } from '@forge/plugin-api';
import { answer, callTool } from '@forge/testkit/model-server';
import { startTestKernel } from '@forge/testkit/test-kernel';
import { expect, it, onTestFinished } from 'vitest';
import { type PluginFiles, putPlugin } from './isolated.ts';
import { keepingStore } from './keeping-store.ts';

/** Writes down how little a command may take of the machine, which is what the sandbox of the template changes. */
const patience = defineTool({
  name: 'patience',
  description: 'Writes it down',
  effect: 'workspace',
  schema: { input: z.strictObject({}), output: z.string() },
  execute: async (_, { exec }: ToolContext) =>
    (await exec({ file: 'sh', args: ['-c', 'nice > patience.txt && cat patience.txt'] })).output.trim(),
});

const plan = { summary: 'Look', assessment: { score: 1 }, tasks: [{ id: 'look', title: 'Look', goal: 'Look' }] };
const script = [
  answer(plan),
  callTool('patience', {}),
  answer({ summary: 'looked', commit: { type: 'docs', subject: 'look' } }),
  answer({ approved: true, findings: [] }),
  answer({ setup: [], reason: 'there are none' }),
  answer({ risk: 'low', reasons: ['nothing'] }),
];

/** The executor of the template, whose process ends as it begins its second execution. */
const losing = `
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { definePlugin } from '@forge/plugin-api';
import { sampleThing } from './src/sample-thing.ts';
export default definePlugin({ setup: ({ stateDirectory }) => {
  const died = join(stateDirectory, 'died');
  let executions = 0;
  const execute = (job, host) => {
    executions += 1;
    if (executions === 2 && !existsSync(died)) { writeFileSync(died, ''); process.exit(3); }
    return sampleThing.execute(job, host);
  };
  return { executors: [{ name: 'losing', execute }] };
} });
`;

const ofOthers: Readonly<Record<string, PluginFiles>> = {
  store: keepingStore,
  bus: { template: 'bus' },
  sandbox: { template: 'sandbox' },
  executor: {
    template: 'executor',
    code: losing,
    manifest: { entry: './index.ts', provides: { executors: ['losing'] } },
  },
};

it('goes from plan to branch with store, bus, sandbox and executor each in a process of its own', {
  timeout: 180_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'forge-plugins-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const plugins = Object.entries(ofOthers).map(([kind, files]) => {
    putPlugin(join(folder, kind), { ...files, manifest: { ...files.manifest, name: `somebodys-${kind}` } });
    return join(folder, kind);
  });
  const manifest = { name: 'patience', version: '1.0.0', type: 'tool', entry: './none.js' } as const;
  const kernel = await startTestKernel({
    plugins: [
      ...plugins,
      {
        manifest: { ...manifest, provides: { tools: ['patience'] } },
        definition: definePlugin({ tools: [patience] }),
      },
    ],
    replies: script,
    config: {
      automation: { level: 4 },
      store: 'keeping',
      bus: 'sample-thing',
      sandbox: { use: 'sample-thing' },
      executor: 'losing',
    },
  });
  onTestFinished(kernel.close);
  const heard: number[] = [];
  await (await kernel.forge.bus()).subscribe('*', ({ seq }) => void heard.push(seq));

  const { record, errorCode, events } = await kernel.run('look');
  expect({ status: record.status, errorCode, reason: record.reason }).toEqual({ status: 'completed' });
  expect(events.find(({ type }) => type === 'tool.result')?.payload).toMatchObject({
    tool: 'patience',
    ok: true,
    text: '19',
  });
  expect(events.filter(({ type }) => type === 'worker.lost')).toHaveLength(1);
  expect(heard).toEqual(events.slice(0, heard.length).map(({ seq }) => seq));
  expect(heard.length).toBeGreaterThan(0);
});
