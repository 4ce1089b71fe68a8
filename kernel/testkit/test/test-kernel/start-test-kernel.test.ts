import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InlinePlugin } from '@forge/core';
import { defineAgent, definePlugin, defineTool, faultsOf, type ToolContext, z } from '@forge/plugin-api';
import { expect, onTestFinished, test } from 'vitest';
import { answer, callTool } from '../../src/model-server/index.ts';
import { startTestKernel, type TestKernelOptions } from '../../src/test-kernel/index.ts';

const note = defineTool({
  name: 'note',
  description: 'Keeps a note in a file of the project.',
  schema: { input: z.strictObject({ text: z.string() }), output: z.strictObject({ file: z.string() }) },
  effect: 'workspace',
  async execute({ text }, { workspace }: ToolContext) {
    writeFileSync(join(workspace, 'notes.txt'), `${text}\n`);
    return { file: 'notes.txt' };
  },
});

const notes: InlinePlugin = {
  manifest: { name: 'notes', version: '1.0.0', type: 'tool', entry: './index.ts', provides: { tools: ['note'] } },
  definition: definePlugin({ tools: [note] }),
};

const plan = {
  summary: 'Keep a note',
  assessment: { score: 1, gaps: [] },
  assumptions: [],
  tasks: [{ id: 'note', title: 'Note', goal: 'Keep it', files: [], dependencies: [], acceptance: [] }],
};
const commit = { type: 'docs' as const, subject: 'keep a note' };
const script = [
  answer(plan),
  callTool('note', { text: 'limit is five' }),
  answer({ summary: 'kept', commit }),
  answer({ approved: true, findings: [] }),
  answer({ setup: [], reason: 'there are none' }),
  answer({ risk: 'low', reasons: ['a note'] }),
];

async function started(options: TestKernelOptions) {
  const kernel = await startTestKernel(options);
  onTestFinished(kernel.close);
  return kernel;
}

test("a plugin's tool is called as the kernel calls it: checked on the way in and out", async () => {
  const kernel = await started({ plugins: [notes] });
  expect(await kernel.callTool('note', { text: 'hello' })).toEqual({ file: 'notes.txt' });
  await expect(kernel.callTool('note', { words: 'hello' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(kernel.callTool('nothing', {})).rejects.toMatchObject({ code: 'CONTRIBUTION_NOT_FOUND' });
});

test('a run uses the plugin from plan to branch', async () => {
  const kernel = await started({ plugins: [notes], replies: script, config: { automation: { level: 4 } } });
  const { record, errorCode, events } = await kernel.run('keep a note');
  expect({ status: record.status, errorCode, reason: record.reason }).toMatchObject({ status: 'completed' });
  const types = events.map(({ type }) => type);
  for (const type of ['plan.created', 'tool.result', 'task.merged', 'deployment.stage', 'run.completed']) {
    expect(types).toContain(type);
  }
  expect(events.find(({ type }) => type === 'tool.result')?.payload).toMatchObject({ tool: 'note', ok: true });
  expect(existsSync(join(kernel.cwd, 'notes.txt'))).toBe(false);
});

test('an agent of a plugin takes the place of a stand-in', async () => {
  const seen: string[] = [];
  const reviewer = defineAgent({
    id: 'strict',
    type: 'reviewer',
    async execute({ diff }) {
      seen.push(diff);
      return { approved: true, findings: [] };
    },
  });
  const strict: InlinePlugin = {
    manifest: {
      name: 'strict',
      version: '1.0.0',
      type: 'agent',
      entry: './index.ts',
      provides: { agents: ['strict'] },
    },
    definition: definePlugin({ agents: [reviewer] }),
  };
  const kernel = await started({
    plugins: [notes, strict],
    replies: script.filter((_, index) => index !== 3),
    config: { agents: { reviewer: 'strict' }, automation: { level: 4 } },
  });
  expect((await kernel.run('keep a note')).record.status).toBe('completed');
  expect(seen[0]).toContain('+limit is five');
});

test('a plugin in a folder is found and loaded, with its options and environment', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'forge-plugin-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(
    join(folder, 'plugin.json'),
    JSON.stringify({
      name: 'greeter',
      version: '1.0.0',
      type: 'tool',
      entry: './index.ts',
      provides: { tools: ['greet'] },
      permissions: { env: ['GREETING'] },
    }),
  );
  writeFileSync(
    join(folder, 'index.ts'),
    `import { definePlugin, defineTool, z } from '@forge/plugin-api';
     export default definePlugin({
       setup: ({ env }) => ({
         tools: [defineTool({
           name: 'greet', description: 'Greets.', effect: 'read',
           schema: { input: z.strictObject({ name: z.string() }), output: z.string() },
           execute: async ({ name }: { name: string }) => env('GREETING') + ' ' + name,
         })],
       }),
     });`,
  );
  const kernel = await started({ plugins: [folder], env: { GREETING: 'Servus' } });
  expect(await kernel.callTool('greet', { name: 'Ada' })).toBe('Servus Ada');
});

test('what keeps a plugin from being used is told when the kernel starts', async () => {
  const broken: InlinePlugin = { ...notes, manifest: { ...notes.manifest, version: 'first' } };
  const error = await startTestKernel({ plugins: [broken] }).catch((fault: unknown) => fault);
  expect(faultsOf(error).map(({ code }) => code)).toEqual(['MANIFEST_INVALID']);
});

test('close removes the repository and stops plugins', async () => {
  const stopped: string[] = [];
  const counting: InlinePlugin = {
    ...notes,
    definition: definePlugin({ setup: () => ({ tools: [note], stop: () => void stopped.push('notes') }) }),
  };
  const kernel = await startTestKernel({ plugins: [counting] });
  await kernel.callTool('note', { text: 'x' });
  await kernel.close();
  expect(stopped).toEqual(['notes']);
  expect(existsSync(kernel.cwd)).toBe(false);
});
