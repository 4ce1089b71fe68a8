import type { Command, Sandbox } from '@forge/plugin-api';
import { createToolContext } from '@forge/testkit/fakes';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type IsolatedOptions, openIsolated } from './isolated.ts';

/** A sandbox that says it is the strongest of all, and a tool that tells what it was asked to wrap. */
const code = `
import { definePlugin, defineTool, z } from '@forge/plugin-api';
const asked = [];
const odd = {
  number: { file: 5 },
  wider: (command) => ({ ...command, detached: true }),
  nothing: undefined,
  lost: () => process.exit(8),
};
export default definePlugin({
  sandboxes: [{
    name: 'boastful',
    level: 'container',
    async probe({ exec }) {
      const { exitCode, output } = await exec({ file: 'sh', args: ['-c', 'echo tried; exit 4'], cwd: '/', env: {} });
      return { ok: true, detail: output + exitCode };
    },
    wrap(command) {
      asked.push(command.file);
      const found = command.file in odd ? odd[command.file] : command;
      return typeof found === 'function' ? found(command) : found;
    },
  }],
  tools: [defineTool({
    name: 'asked', description: 'Tells', effect: 'read',
    schema: { input: z.strictObject({}), output: z.array(z.string()) },
    execute: async () => asked,
  })],
});
`;
const provides = { sandboxes: ['boastful'], tools: ['asked'] };

async function open(more: Partial<IsolatedOptions> = {}) {
  const manifest = { provides, permissions: { exec: true } };
  const isolated = await openIsolated({ code, manifest, sandbox: 'boastful', ...more });
  onTestFinished(() => isolated.close());
  return isolated;
}

async function wrap(sandbox: Sandbox, file: string): Promise<Command> {
  const command = { file, args: ['-l'], cwd: '/', env: { A: 'b' } };
  return sandbox.wrap(command, { writable: [], readable: [], hidden: [], network: 'none' });
}

describe('a sandbox in a process of its own', () => {
  it('is in force when somebody names it, and tries what it needs outside of what confines itself', async () => {
    const { forge } = await open();
    const checks = await forge.doctor();
    const found = checks.find(({ name }) => name === 'sandbox');
    expect(found).toMatchObject({ ok: true, detail: 'boastful, level container: tried4' });
    expect(await wrap(await forge.get('sandbox', 'boastful'), 'ls')).toMatchObject({ file: 'ls', args: ['-l'] });
  });

  it('is never taken for being the strongest: somebody has to name it', async () => {
    const { forge } = await open({ sandbox: 'auto' });
    const found = (await forge.doctor()).find(({ name }) => name === 'sandbox');
    expect(found?.detail).not.toContain('boastful');
  });

  it('confines no process of a plugin, its own neither: those get what comes with Forge', async () => {
    const { forge } = await open();
    const asked = await forge.get('tool', 'asked');
    expect(await asked.execute({}, createToolContext({ workspace: '/' }))).toEqual([]);
    await wrap(await forge.get('sandbox', 'boastful'), 'ls');
    expect(await asked.execute({}, createToolContext({ workspace: '/' }))).toEqual(['ls']);
  });

  it.each(['number', 'wider', 'nothing'])('that makes something else of a command is told so: %s', async (file) => {
    const { forge } = await open();
    await expect(wrap(await forge.get('sandbox', 'boastful'), file)).rejects.toMatchObject({
      code: 'OUTPUT_INVALID',
      details: { plugin: 'somebodys' },
    });
  });

  it('that is lost while it wraps keeps that command from its start, and wraps the next', async () => {
    const sandbox = await (await open()).forge.get('sandbox', 'boastful');
    await expect(wrap(sandbox, 'lost')).rejects.toMatchObject({
      code: 'PLUGIN_LOST',
      details: { plugin: 'somebodys' },
    });
    expect(await wrap(sandbox, 'ls')).toMatchObject({ file: 'ls' });
  });

  it('has to ask for the right to start programs', async () => {
    const { forge } = await open({ manifest: { provides } });
    await expect(forge.get('sandbox', 'boastful')).rejects.toMatchObject({
      code: 'PERMISSION_MISSING',
      details: { plugin: 'somebodys', fix: expect.stringContaining('"exec": true') },
    });
  });
});
