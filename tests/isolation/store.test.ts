import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyEvents } from '@forge/core';
import { type AgentContext, definePlugin, type ForgeEvent, isForgeError, type Json } from '@forge/plugin-api';
import { startTestKernel } from '@forge/testkit/test-kernel';
import { expect, it, onTestFinished } from 'vitest';
import { openIsolated, putPlugin } from './isolated.ts';
import { keepingStore } from './keeping-store.ts';

const steps = ['one', 'two', 'three'];
const plan = { summary: 'Steps', assessment: { score: 1 }, tasks: [{ id: 'a', title: 'A', goal: 'A' }] };

/** A kernel whose store is in a process of its own, which ends at that append, and whose planner takes three steps. */
async function kernel(options: { readonly dieAt: number; readonly isKept: boolean }) {
  const folder = mkdtempSync(join(tmpdir(), 'forge-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  putPlugin(folder, keepingStore);
  const taken: string[] = [];
  const planner = {
    id: 'stepping',
    type: 'planner',
    async execute(_: unknown, ctx: AgentContext) {
      for (const name of steps) await ctx.step(name, async () => taken.push(name) as Json);
      return plan;
    },
  };
  const manifest = { name: 'stepping', version: '1.0.0', type: 'agent', entry: './none.js' } as const;
  const started = await startTestKernel({
    plugins: [
      {
        manifest: { ...manifest, provides: { agents: [planner.id] } },
        definition: definePlugin({ agents: [planner as never] }),
      },
    ],
    config: {
      plugins: [{ use: folder, options }],
      store: 'keeping',
      agents: { planner: planner.id },
      phases: ['planning'],
    },
  });
  onTestFinished(started.close);
  return { forge: started.forge, cwd: started.cwd, taken };
}

/** A run of this kind appends nine times; without the first one there is none. */
const ends = [2, 4, 6, 9].map((dieAt, index) => ({ dieAt, isKept: index % 2 === 0 }));

it.each(ends)(
  'ends at append $dieAt, kept: $isKept: the run says so, resumes, and nothing is lost',
  {
    timeout: 120_000,
  },
  async (end) => {
    const { forge, cwd, taken } = await kernel(end);
    const [engine, store] = await Promise.all([forge.engine(), forge.store()]);
    const requirement = { task: 'Take steps', constraints: [], acceptanceCriteria: [], images: [] };
    const handle = await engine.start({ requirement, directory: cwd, approve: true });
    const first = await handle.finished;
    expect(isForgeError(first.error, 'STORE_FAILED'), String(first.error)).toBe(true);
    expect(first.error?.details.plugin).toBe('forge-plugin-sample-thing');

    const before = await store.readEvents(handle.id);
    const second = await (await engine.resume(handle.id)).finished;
    expect([second.error, second.record.status]).toEqual([undefined, 'completed']);
    const after = await store.readEvents(handle.id);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(await verifyEvents(handle.id, after)).toMatchObject({ ok: true, events: after.length });
    const said = after.filter(({ type }) => type === 'step.completed').map(nameOf);
    expect(said).toEqual(steps);
    // A step whose outcome was not kept is taken once more, as after a crash of Forge.
    expect(taken.length).toBeLessThanOrEqual(steps.length + 1);
  },
);

function nameOf({ payload }: ForgeEvent): unknown {
  return (payload as { readonly name?: unknown }).name;
}

it('gives back more in one piece than any other plugin may say', async () => {
  const isolated = await openIsolated(keepingStore);
  onTestFinished(() => isolated.close());
  const store = await isolated.forge.get('store', 'keeping');
  const bytes = new Uint8Array(30 * 1024 * 1024).fill(7);
  const found = await store.getBlob(await store.putBlob(bytes));
  expect(Buffer.compare(found, bytes)).toBe(0);
});
