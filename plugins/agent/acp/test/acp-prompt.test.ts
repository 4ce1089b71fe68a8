import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exampleAgent, promptTool, promptWorld } from './prompt-world.ts';
import { agentSource } from './scripted-agent.ts';

const asked = { prompt: 'Do it', may: [] };
const mayEdit = { prompt: 'Do it', may: ['edit' as const] };

describe("the protocol SDK's own example agent", { timeout: 120_000 }, () => {
  test('is talked with to its end; what it would change outside the workspace is refused', async () => {
    const { context, told, spent } = promptWorld();
    const reply = await promptTool(exampleAgent).execute(mayEdit, context);
    expect(reply).toMatchObject({ stopReason: 'end_turn', cost: 'unknown' });
    expect(reply.message).toMatch(/I'll skip the configuration update\.$/);
    expect(told).toEqual([
      'Reading project files',
      'Modifying critical configuration file',
      'refused: Modifying critical configuration file',
    ]);
    // Used and not said: no tokens are made up, and no price.
    expect(spent).toEqual([
      { provider: 'acp', model: reply.agent, usage: expect.objectContaining({ inputTokens: 0 }) },
    ]);
    expect(spent[0]?.costUsd).toBeUndefined();
  });

  test('ends when the call is stopped', async () => {
    const stop = new AbortController();
    const { context, told } = promptWorld(stop.signal);
    const working = promptTool(exampleAgent).execute(asked, context);
    await expect.poll(() => told.length, { timeout: 60_000 }).toBeGreaterThan(0);
    stop.abort(new Error('stopped'));
    await expect(working).rejects.toThrow('stopped');
  });
});

describe('another agent', { timeout: 120_000 }, () => {
  test('changes the workspace through the files of Forge, and says what it has used', async () => {
    const { context, workspace, told, spent, scripted } = promptWorld();
    writeFileSync(join(workspace, 'a.txt'), 'one\ntwo\nthree\n');
    const agent = scripted(`
      const whole = (await ask('fs/read_text_file', { path: cwd + '/a.txt' })).content;
      const part = (await ask('fs/read_text_file', { path: cwd + '/a.txt', line: 2, limit: 1 })).content;
      const may = await permitted('change a', 'edit', cwd + '/b.txt');
      await ask('fs/write_text_file', { path: cwd + '/sub/b.txt', content: JSON.stringify({ whole, part, may, prompt }) });
      say('thinking aloud');
      tell('a last look');
      say('It is done.');
      update({ sessionUpdate: 'usage_update', used: 1, size: 2, cost: { amount: 0.25, currency: 'USD' } });
      return { usage: { totalTokens: 30, inputTokens: 10, outputTokens: 15, cachedReadTokens: 5 } };
    `);
    const reply = await promptTool(agent).execute(mayEdit, context);
    expect(reply).toEqual({ agent: 'scripted', message: 'It is done.', stopReason: 'end_turn', cost: 'reported' });
    expect(JSON.parse(readFileSync(join(workspace, 'sub/b.txt'), 'utf8'))).toEqual({
      whole: 'one\ntwo\nthree\n',
      part: 'two',
      may: 'yes',
      prompt: 'Do it',
    });
    expect(told).toEqual(['allowed: change a', `writing ${workspace}/sub/b.txt`, 'a last look']);
    const usage = { inputTokens: 10, outputTokens: 15, cacheReadTokens: 5, cacheWriteTokens: 0 };
    expect(spent).toEqual([{ provider: 'acp', model: 'scripted', usage, costUsd: 0.25 }]);
  });

  test('gets nothing that is outside, and does nothing that it may not', async () => {
    const { context, workspace, top, scripted } = promptWorld();
    writeFileSync(join(top, 'secret.txt'), 'canary');
    const agent = scripted(`
      const failed = async (method, params) => ask(method, params).then(() => 'worked', () => 'failed');
      const answers = [
        await failed('fs/read_text_file', { path: cwd + '/../secret.txt' }),
        await failed('fs/write_text_file', { path: cwd + '/../new.txt', content: 'x' }),
        await failed('fs/write_text_file', { path: cwd + '/new.txt', content: 'x' }),
        await permitted('edit', 'edit', cwd + '/new.txt'),
        await permitted('run', 'execute'),
        await permitted('fetch', 'fetch'),
        await permitted('what', undefined),
        await permitted('look', 'read', cwd + '/a.txt'),
        await permitted('look away', 'read', '/etc/passwd'),
      ];
      say(answers.join(' '));
    `);
    const { message } = await promptTool(agent).execute(asked, context);
    expect(message).toBe('failed failed failed no no no no yes no');
    expect(() => readFileSync(join(workspace, 'new.txt'))).toThrow('ENOENT');
  });

  test('gets the variables that it is meant to get, and no others', async () => {
    const { context, scripted } = promptWorld();
    const agent = scripted("say([process.env.MODE, process.env.KEY, process.env.FORGE_TEST_CANARY].join(' '));");
    const tool = promptTool({ ...agent, env: { MODE: 'fast' }, secrets: ['KEY'] }, { secrets: { KEY: 'k' } });
    expect((await tool.execute(asked, context)).message).toBe('fast k');
    await expect(promptTool({ ...agent, secrets: ['GONE'] }).execute(asked, context)).rejects.toMatchObject({
      code: 'PLUGIN_OPTIONS',
      message: expect.stringContaining('GONE'),
    });
  });
});

describe('an agent that does not do its part', { timeout: 120_000 }, () => {
  const { execPath } = process;
  test.each([
    ['is not there', { command: '/no/such/agent' }, 'COMMAND_NOT_FOUND', /could not be started/],
    [
      'speaks no ACP',
      { command: execPath, args: ['-e', 'console.log("hello")'] },
      'TOOL_FAILED',
      /ended with exit code 0/,
    ],
    [
      'dies at once',
      { command: execPath, args: ['-e', 'console.error("no key"); process.exit(3)'] },
      'TOOL_FAILED',
      /ended with exit code 3/,
    ],
  ])('%s: that is an error with its words', async (_, options, code, message) => {
    const { context } = promptWorld();
    const failed = promptTool(options).execute(asked, context);
    await expect(failed).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test.each([
    ['dies in the middle', "console.error('out of memory'); process.exit(9);", 'TOOL_FAILED', /exit code 9/],
    ['declines', "return { stopReason: 'refusal' };", 'LLM_REFUSED', /scripted declined/],
    ['stops by itself', "return { stopReason: 'cancelled' };", 'TOOL_FAILED', /stopped by itself/],
  ])('%s: that is an error', async (_, work, code, message) => {
    const { context, scripted } = promptWorld();
    const failed = promptTool(scripted(work)).execute(asked, context);
    await expect(failed).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('says why it died', async () => {
    const { context, scripted } = promptWorld();
    const failed = promptTool(scripted("console.error('out of memory'); process.exit(9);")).execute(asked, context);
    await expect(failed).rejects.toMatchObject({ details: { why: 'out of memory' } });
  });

  test('hangs before it has begun: that is not waited for until the end of the task', async () => {
    const { context } = promptWorld();
    const silent = { command: execPath, args: ['-e', 'setInterval(() => {}, 1000)'] };
    await expect(promptTool(silent, { isLate: true }).execute(asked, context)).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      message: expect.stringContaining('did not start within 60 s'),
    });
  });

  test('speaks another version', async () => {
    const { context, top } = promptWorld();
    const file = join(top, 'other.mjs');
    writeFileSync(file, agentSource('').replace('let version = 1', 'let version = 99'));
    await expect(promptTool({ command: execPath, args: [file] }).execute(asked, context)).rejects.toThrow(
      'speaks version 99',
    );
  });

  test('hangs in its work: stopping the call ends it with all that it started', async () => {
    const stop = new AbortController();
    const { context, told, scripted } = promptWorld(stop.signal);
    const agent = scripted('tell(String(process.pid)); await new Promise(() => setInterval(() => {}, 1000));');
    const working = promptTool(agent).execute(asked, context);
    await expect.poll(() => told.length, { timeout: 60_000 }).toBe(1);
    stop.abort(new Error('enough'));
    await expect(working).rejects.toThrow('enough');
    await expect.poll(() => isAlive(Number(told[0])), { timeout: 60_000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
