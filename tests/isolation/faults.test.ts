import { join } from 'node:path';
import type { Agent, MemoryStore, Tool } from '@forge/plugin-api';
import { createAgentContext, createToolContext } from '@forge/testkit/fakes';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Isolated, type IsolatedOptions, openIsolated, put } from './isolated.ts';

/** Misbehaves as it is asked to. */
const code = `
import { definePlugin, defineTool, forgeError, z } from '@forge/plugin-api';
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const ways = {
  ok: () => 'fine',
  pid: () => String(process.pid),
  throws: () => { throw 'a mere word'; },
  rejects: () => Promise.reject(forgeError('TOOL_FAILED', 'out of order', { plugin: 'somebody-else' })),
  exits: () => process.exit(3),
  aborts: () => process.abort(),
  spins: () => { for (;;); },
  hoards: () => { const all = []; for (;;) all.push(new Array(1e6).fill(all.length)); },
  floods: (_, { log }) => { for (let i = 0; i < 10_000; i++) log.info('event ' + i); return later(60_000); },
  big: () => 'x'.repeat(40 * 1024 * 1024),
  'is late': async () => { setTimeout(() => { throw new Error('nobody waits'); }, 1); await later(60_000); },
  pollutes: () => JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
  poison: () => { const error = forgeError('TOOL_FAILED', 'x'); error.details = JSON.parse('{"__proto__":{"polluted":1},"why":5}'); throw error; },
};
export default definePlugin({ setup: ({ log }) => ({
  tools: [defineTool({
    name: 'misbehave', description: 'Misbehaves', effect: 'read',
    schema: { input: z.strictObject({ how: z.string() }), output: z.unknown() },
    execute: async ({ how }, ctx) => ways[how](ctx, { log }),
  })],
  agents: [{ id: 'exits', type: 'reviewer', execute: async () => process.exit(4) }],
  memories: [{ name: 'wrong', store: async () => ({}), recall: async () => 5, get: async () => process.exit(5), update: async () => ({}), forget: async () => {}, consolidate: async () => ({ merged: 0 }) }],
}) });
`;

const provides = { tools: ['misbehave'], agents: ['exits'], memories: ['wrong'] };
const context = () => createToolContext({ workspace: '/' });

async function open(more: IsolatedOptions = {}): Promise<Isolated & { misbehave(how: string): Promise<unknown> }> {
  const isolated = await openIsolated({ code, manifest: { provides }, ...more });
  const misbehave = async (how: string) =>
    ((await isolated.forge.get('tool', 'misbehave')) as Tool).execute({ how }, context());
  return { ...isolated, misbehave };
}

const shared = await open({ limits: { silent: 3_000 } });
afterAll(() => shared.close());

describe('a plugin that misbehaves', () => {
  it.each([
    ['throws', 'PLUGIN_FAULT', 'a mere word'],
    ['rejects', 'TOOL_FAILED', 'out of order'],
    ['exits', 'PLUGIN_LOST', 'it ended with exit code 3'],
    ['aborts', 'PLUGIN_LOST', 'it was ended by SIGABRT'],
    ['is late', 'PLUGIN_LOST', 'it ended with exit code'],
    ['spins', 'PLUGIN_LOST', 'it was silent for 3 s'],
    ['hoards', 'PLUGIN_LOST', 'The process of the plugin'],
    ['floods', 'PLUGIN_LOST', 'it said more than 5000 things in a second'],
    ['big', 'PLUGIN_LOST', 'a line is longer than'],
  ])('%s: %s, which names it, and it works again', async (how, errorCode, words) => {
    await expect(shared.misbehave(how)).rejects.toMatchObject({
      code: errorCode,
      message: expect.stringContaining(words),
      details: { plugin: 'somebodys' },
    });
    expect(await shared.misbehave('ok')).toBe('fine');
  });

  it('changes no object of Forge by what it says', async () => {
    for (const how of ['pollutes', 'poison']) await shared.misbehave(how).catch(() => undefined);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(await shared.misbehave('ok')).toBe('fine');
  });

  it('is WORKER_LOST for an agent, so that its execution goes on in another process', async () => {
    const agent = (await shared.forge.get('agent', 'exits')) as Agent;
    const input = { requirement: { task: 't' }, plan: {}, change: {}, diff: '', round: 1 };
    const error = await agent.execute(input as never, createAgentContext()).catch((caught: unknown) => caught);
    expect(['WORKER_LOST', 'INPUT_INVALID']).toContain((error as { code: string }).code);
    expect(await shared.misbehave('ok')).toBe('fine');
  });

  it('gives what its contract does not allow: it is told apart here, too', async () => {
    const memory = (await shared.forge.get('memory', 'wrong')) as MemoryStore;
    await expect(memory.recall({ context: '' })).rejects.toMatchObject({ code: 'OUTPUT_INVALID' });
    await expect(memory.get('m')).rejects.toMatchObject({ code: 'PLUGIN_LOST', details: { plugin: 'somebodys' } });
    expect(await shared.misbehave('ok')).toBe('fine');
  });

  it('is not started again when it was lost three times in a row', async () => {
    const isolated = await open();
    onTestFinished(() => isolated.close());
    for (let loss = 1; loss <= 3; loss += 1) {
      await expect(isolated.misbehave('exits')).rejects.toMatchObject({
        message: expect.stringContaining('exit code 3'),
      });
    }
    await expect(isolated.misbehave('ok')).rejects.toMatchObject({
      code: 'PLUGIN_LOST',
      message: expect.stringContaining('3 times in a row'),
    });
  });
});

it('is not loaded again when its files have changed since it was approved', async () => {
  const isolated = await open();
  onTestFinished(() => isolated.close());
  expect(await isolated.misbehave('ok')).toBe('fine');
  put(join(isolated.cwd, '../plugin/index.ts'), code.replace("'fine'", "'not what was approved'"));
  expect(await isolated.misbehave('ok')).toBe('fine');
  await isolated.misbehave('exits').catch(() => undefined);
  await expect(isolated.misbehave('ok')).rejects.toMatchObject({
    code: 'PLUGIN_CHANGED',
    details: { plugin: 'somebodys' },
  });
});

describe('a plugin that does not start', () => {
  const tool = { provides: { tools: ['t'] } };
  it.each<[string, string, string, IsolatedOptions['limits']]>([
    ['throws', "throw new Error('broken');", 'PLUGIN_LOAD', {}],
    ['spins while it loads', 'for (;;);', 'PLUGIN_LOST', { silent: 3_000 }],
    ['never ends to load', 'await new Promise(() => {});', 'PLUGIN_SETUP', { load: 3_000, setup: 1_000 }],
    ['exits', 'process.exit(7);', 'PLUGIN_LOST', {}],
    ['gives nothing', 'export default { forgePlugin: 1, setup: async () => ({}) };', 'PLUGIN_MISMATCH', {}],
  ])('because it %s: the host stays up and says which plugin', async (_, text, errorCode, limits) => {
    const isolated = await openIsolated({ code: text, manifest: tool, limits });
    onTestFinished(() => isolated.close());
    await expect(isolated.forge.get('tool', 't')).rejects.toMatchObject({
      code: errorCode,
      details: { plugin: 'somebodys' },
    });
    expect(isolated.forge.config.memory).toBe('sqlite');
  });

  it('because its options cannot leave the kernel: the error says how to let it in', async () => {
    const isolated = await openIsolated({ code: '', manifest: tool, options: { call: () => 'me' } });
    onTestFinished(() => isolated.close());
    await expect(isolated.forge.get('tool', 't')).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      details: { plugin: 'somebodys', fix: expect.stringContaining('"inProcess": true') },
    });
  });
});

describe('safe mode', () => {
  it('leaves it out, says so, and starts whatever is wrong with it', async () => {
    const isolated = await openIsolated({ code: 'for (;;);', manifest: { provides }, safeMode: true });
    onTestFinished(() => isolated.close());
    expect(isolated.forge.names('tool').map(({ name }) => name)).not.toContain('misbehave');
    expect(isolated.log.map(({ message }) => message)).toContain(
      'safe mode: left out somebodys (exits, misbehave, wrong)',
    );
    const broken = await openIsolated({ manifest: { version: 'none' }, safeMode: true });
    await broken.close();
  });
});
