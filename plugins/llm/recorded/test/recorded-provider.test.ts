import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ChatRequest,
  type ChatResponse,
  type LLMProvider,
  manifestSchema,
  type PluginContext,
  recordReplies,
  z,
} from '@forge/plugin-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import plugin, { createRecordedProvider, optionsSchema, type RecordedOptions } from '../src/index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forge-recorded-'));
});
afterEach(() => rm(folder, { recursive: true }));

const read = { name: 'read', description: '', inputSchema: {} };
const request: ChatRequest = { model: 'm', system: '', messages: [], tools: [read] };
const signal = new AbortController().signal;
const say = (text: string): ChatResponse => ({ model: 'm-1', content: [{ type: 'text', text }], stopReason: 'end' });
const use: ChatResponse = {
  model: 'm-1',
  content: [{ type: 'tool_use', id: 'c1', name: 'read', input: { path: 'a' } }],
  stopReason: 'tool_use',
};

/** A recording of a model that answers each call by what `replies` says. */
async function record(calls: readonly string[], replyTo: (callId: string) => ChatResponse, asked = request) {
  const provider = {
    name: 'some',
    chat: async (_: ChatRequest, { callId }: { callId: string }) => replyTo(callId),
  } as unknown as LLMProvider;
  const lines: string[] = [];
  const recorder = recordReplies(provider, async (line) => void lines.push(line));
  for (const callId of calls) await recorder.chat(asked, { signal, callId });
  return lines;
}
async function playerOf(lines: readonly string[], end = '\n') {
  const file = join(folder, 'recording.jsonl');
  await writeFile(file, lines.join('\n') + end);
  return createRecordedProvider({ file, readFile: (path) => readFile(path, 'utf8') });
}
const play = (player: LLMProvider, callId: string, asked = request) => player.chat(asked, { signal, callId });

describe('playing', () => {
  test('another run gets the same words for the same call, in whatever order it asks', async () => {
    const calls = ['R1/planning/1/0', 'R1/implementation/a/1/0', 'R1/implementation/b/1/0'];
    const player = await playerOf(await record(calls, (callId) => say(`reply to ${callId}`)));
    const played = await Promise.all(
      calls.toReversed().map((callId) => play(player, callId.replace('R1', 'R2')).then(({ content }) => content)),
    );
    expect(played).toEqual(
      calls.toReversed().map((callId) => [{ type: 'text', text: `reply to ${callId.replace('R1', 'R2')}` }]),
    );
  });

  test('a call recorded twice is played in its order, and the last one from then on', async () => {
    let time = 0;
    const player = await playerOf(await record(['R/a/0', 'R/a/0'], () => say(`time ${++time}`)));
    const texts = [];
    for (let turn = 0; turn < 3; turn++) texts.push((await play(player, 'X/a/0')).content);
    expect(texts).toEqual([say('time 1').content, say('time 2').content, say('time 2').content]);
  });

  test('texts are handed on as they are played, and a play is free', async () => {
    const player = await playerOf(await record(['R/a/0'], () => say('hello')));
    const texts: string[] = [];
    await player.chat(request, { signal, callId: 'X/a/0', onText: (text) => texts.push(text) });
    expect(texts).toEqual(['hello']);
    expect((await player.capabilities('any')).price).toMatchObject({ input: 0, output: 0 });
    expect(await player.probe?.({ signal })).toMatchObject({
      ok: true,
      detail: expect.stringContaining('1 calls of m'),
    });
  });

  test('aborted: its reason', async () => {
    const player = await playerOf(await record(['R/a/0'], () => say('hello')));
    const aborted = AbortSignal.abort(new Error('stopped'));
    await expect(player.chat(request, { signal: aborted, callId: 'X/a/0' })).rejects.toThrow('stopped');
  });
});

describe('what does not fit', () => {
  test('a call that was not recorded', async () => {
    const player = await playerOf(await record(['R/a/0'], () => say('x')));
    await expect(play(player, 'X/a/1')).rejects.toMatchObject({
      code: 'RECORDING_EXHAUSTED',
      message: 'The recording has no reply for a/1',
    });
  });

  test('another kind of output', async () => {
    const player = await playerOf(await record(['R/a/0'], () => say('x')));
    const asked = { ...request, output: { name: 'plan', schema: {} } };
    await expect(play(player, 'X/a/0', asked)).rejects.toMatchObject({ code: 'RECORDING_MISMATCH' });
  });

  test('a tool that is no longer offered; other tools may come and go', async () => {
    const player = await playerOf(await record(['R/a/0'], () => use));
    const asked = (...names: string[]) => ({ ...request, tools: names.map((name) => ({ ...read, name })) });
    await expect(play(player, 'X/a/0', asked('list'))).rejects.toMatchObject({
      code: 'RECORDING_MISMATCH',
      details: { why: 'it calls read, which is not offered now' },
    });
    expect(await play(player, 'X/a/0', asked('list', 'read'))).toEqual(use);
  });

  test('a call of a tool that never was offered is the model’s own fault, and is played', async () => {
    const strange: ChatResponse = { ...use, content: [{ type: 'tool_use', id: 'c', name: 'fly', input: {} }] };
    const player = await playerOf(await record(['R/a/0'], () => strange));
    expect(await play(player, 'X/a/0')).toEqual(strange);
  });
});

describe('the file', () => {
  const faults: readonly (readonly [string, (lines: readonly string[]) => readonly string[], object])[] = [
    ['is empty', () => [], { message: 'This is not a recording' }],
    ['is something else', () => ['{"a":1}'], { message: 'This is not a recording' }],
    ['is of a later format', () => ['{"forgeRecording":2,"provider":"x"}'], { message: 'This is not a recording' }],
    [
      'has a line that is no JSON',
      ([head]) => [head ?? '', '{"call'],
      { details: { where: expect.stringMatching(/:2$/) } },
    ],
    [
      'has a line that is no reply',
      ([head]) => [head ?? '', '', '{"call":"a/0"}'],
      { details: { where: expect.stringMatching(/:3$/) } },
    ],
  ];
  for (const [name, change, expected] of faults) {
    test(name, async () => {
      const lines = await record(['R/a/0'], () => say('x'));
      const player = await playerOf(change(lines));
      await expect(play(player, 'X/a/0')).rejects.toMatchObject({ code: 'RECORDING_MISMATCH', ...expected });
      expect(await player.probe?.({ signal })).toMatchObject({ ok: false });
    });
  }

  test('a recorder that was killed within a line leaves the rest usable', async () => {
    const lines = await record(['R/a/0', 'R/a/1'], () => say('x'));
    const player = await playerOf([lines[0] ?? '', lines[1] ?? '', lines[2]?.slice(0, 30) ?? ''], '');
    expect(await play(player, 'X/a/0')).toEqual(say('x'));
    await expect(play(player, 'X/a/1')).rejects.toMatchObject({ code: 'RECORDING_EXHAUSTED' });
  });

  test('a whole last line counts without its end', async () => {
    const player = await playerOf(await record(['R/a/0'], () => say('x')), '');
    expect(await play(player, 'X/a/0')).toEqual(say('x'));
  });

  test('is missing, or not named', async () => {
    const readText = (path: string) => readFile(path, 'utf8');
    const missing = createRecordedProvider({ file: join(folder, 'none.jsonl'), readFile: readText });
    await expect(play(missing, 'X/a/0')).rejects.toMatchObject({ code: 'NO_MODEL' });
    const unnamed = createRecordedProvider({ file: undefined, readFile: readText });
    await expect(play(unnamed, 'X/a/0')).rejects.toMatchObject({ code: 'NO_MODEL' });
    expect(await unnamed.probe?.({ signal })).toEqual({ ok: false, detail: 'no recording is named' });
  });
});

describe('the plugin', () => {
  const contextWith = (options: unknown) =>
    ({ options: optionsSchema.parse(options) }) as unknown as PluginContext<RecordedOptions>;

  test('the manifest says what it gives and takes', async () => {
    const text = await readFile(new URL('../plugin.json', import.meta.url), 'utf8');
    const manifest = manifestSchema.parse(JSON.parse(text) as unknown);
    const { llms } = await plugin.setup(contextWith({}));
    expect(llms?.map(({ name }) => name)).toEqual(manifest.provides.llms);
    expect(manifest.options).toEqual(z.toJSONSchema(optionsSchema, { io: 'input' }));
  });

  test('plays the file of its options, and says when there is none', async () => {
    const file = join(folder, 'a.jsonl');
    await writeFile(file, (await record(['R/a/0'], () => say('x'))).join('\n'));
    const playable = async (options: unknown) => {
      const { llms } = await plugin.setup(contextWith(options));
      return (await llms?.[0]?.probe?.({ signal }))?.ok;
    };
    expect(await playable({ file })).toBe(true);
    expect(await playable({})).toBe(false);
  });
});
