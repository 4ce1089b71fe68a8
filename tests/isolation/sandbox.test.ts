import type { Command } from '@forge/plugin-api';
import { createToolContext } from '@forge/testkit/fakes';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
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

const inForce: IsolatedOptions = { code, manifest: { provides, permissions: { exec: true } }, sandbox: 'boastful' };
const { forge, close } = await openIsolated(inForce);
afterAll(close);
const sandbox = await forge.get('sandbox', 'boastful');

async function wrap(file: string): Promise<Command> {
  const command = { file, args: ['-l'], cwd: '/', env: { A: 'b' } };
  return sandbox.wrap(command, { writable: [], readable: [], hidden: [], network: 'none' });
}

describe('a sandbox in a process of its own', () => {
  it('is in force when somebody names it, and tries what it needs outside of what confines itself', async () => {
    const checks = await forge.doctor();
    const found = checks.find(({ name }) => name === 'sandbox');
    expect(found).toMatchObject({ ok: true, detail: 'boastful, level container: tried4' });
    expect(await wrap('ls')).toMatchObject({ file: 'ls', args: ['-l'] });
  });

  it('is never taken for being the strongest: somebody has to name it', async () => {
    const other = await openIsolated({ ...inForce, sandbox: 'auto' });
    onTestFinished(() => other.close());
    const found = (await other.forge.doctor()).find(({ name }) => name === 'sandbox');
    expect(found?.detail).not.toContain('boastful');
  });

  it('confines no process of a plugin, its own neither: those get what comes with Forge', async () => {
    await wrap('ls');
    const tool = await forge.get('tool', 'asked');
    const asked = await tool.execute({}, createToolContext({ workspace: '/' }));
    expect(asked).toContain('ls');
    expect(asked).not.toContain(process.execPath);
  });

  it.each(['number', 'wider', 'nothing'])('that makes something else of a command is told so: %s', async (file) => {
    await expect(wrap(file)).rejects.toMatchObject({
      code: 'OUTPUT_INVALID',
      details: { plugin: 'somebodys' },
    });
  });

  it('that is lost while it wraps keeps that command from its start, and wraps the next', async () => {
    await expect(wrap('lost')).rejects.toMatchObject({
      code: 'PLUGIN_LOST',
      details: { plugin: 'somebodys' },
    });
    expect(await wrap('ls')).toMatchObject({ file: 'ls' });
  });

  it('has to ask for the right to start programs', async () => {
    const other = await openIsolated({ ...inForce, manifest: { provides } });
    onTestFinished(() => other.close());
    await expect(other.forge.get('sandbox', 'boastful')).rejects.toMatchObject({
      code: 'PERMISSION_MISSING',
      details: { plugin: 'somebodys', fix: expect.stringContaining('"exec": true') },
    });
  });
});
