import { createVirtualClock } from '@forge/testkit/fakes';
import { callTool, fault, say, silent, startModelServer, unusedUrl } from '@forge/testkit/model-server';
import { afterEach, describe, expect, test } from 'vitest';
import { ollamaUrl } from '../src/server.ts';
import { aCall, connect, hello, setUp } from './set-up.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
async function start(...args: Parameters<typeof setUp>) {
  const open = await setUp(...args);
  stops.push(open.server.close);
  return open;
}

describe('probing a local server', () => {
  test('it calls the tool', async () => {
    const { provider, server } = await start([callTool('report', { word: 'ready' })]);
    expect(await provider.probe?.(aCall())).toEqual({
      ok: true,
      model: 'scripted-model',
      detail: `scripted-model of ${new URL(server.url).host} at ${server.openAiUrl} calls tools`,
    });
    expect(server.requests).toHaveLength(1);
  });

  test('it answers, but calls no tool', async () => {
    const { provider } = await start([say('ready')]);
    expect(await provider.probe?.(aCall())).toMatchObject({
      ok: false,
      detail: expect.stringContaining('does not call'),
    });
  });

  test('it has to load the model first: that is not waited for', async () => {
    const { server } = await start([silent()]);
    const clock = createVirtualClock();
    const provider = connect({ baseUrl: server.openAiUrl, clock });
    const probed = provider.probe?.(aCall());
    await server.waitForRequests(1);
    await clock.advance(1500);
    expect(await probed).toMatchObject({ ok: true, detail: expect.stringContaining('is being loaded') });
    expect(await server.requests[0]?.done).toBe('client-left');
    expect(clock.sleepers).toBe(0);
  });

  test('it has only models for other things', async () => {
    const { provider } = await start([], {}, { models: ['nomic-embed-text', 'whisper-1'] });
    expect(await provider.probe?.(aCall())).toMatchObject({ ok: false, detail: expect.stringContaining('no model') });
  });

  test('it fails', async () => {
    const { provider } = await start([fault({ status: 500, body: { error: { message: 'out of memory' } } })]);
    expect(await provider.probe?.(aCall())).toEqual({
      ok: false,
      detail: 'openai-compatible: the server failed (500): out of memory',
    });
  });

  test('nobody answers', async () => {
    const provider = connect({ baseUrl: `${await unusedUrl()}/v1` });
    expect(await provider.probe?.(aCall())).toMatchObject({
      ok: false,
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('the caller loses patience', async () => {
    const { provider } = await start();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(provider.probe?.({ signal })).rejects.toThrow('enough');
  });
});

test('a server elsewhere is asked for its models only: calls are paid for there', async () => {
  const { server } = await start([], {}, { apiKey: 'right' });
  const elsewhere = (apiKey: string) =>
    connect({
      baseUrl: 'https://models.example/v1',
      apiKey,
      fetch: (input, init) => fetch((input as string).replace('https://models.example', server.url), init),
    });
  expect(await elsewhere('right').probe?.(aCall())).toMatchObject({ ok: true });
  expect(await elsewhere('wrong').probe?.(aCall())).toMatchObject({
    ok: false,
    detail: expect.stringContaining('key was not accepted'),
  });
  expect(server.requests).toEqual([]);
});

describe('finding a local server', () => {
  const place = (title: string, baseUrl: string) => ({ title, baseUrl });

  test('the first that has a model for chat', async () => {
    const embedder = await startModelServer({ models: ['bge-m3'] });
    const chatty = await startModelServer({ script: [say('here')], models: ['bge-m3', 'qwen'] });
    stops.push(embedder.close, chatty.close);
    const candidates = [
      place('Nobody', `${await unusedUrl()}/v1`),
      place('Web', `${embedder.url}/no-such-route`),
      place('Embedder', embedder.openAiUrl),
      place('Chatty', chatty.openAiUrl),
    ];
    const provider = connect({ candidates });
    const { content } = await provider.chat({ ...hello, model: 'qwen' }, aCall());
    expect(content).toEqual([{ type: 'text', text: 'here' }]);
    expect(chatty.traffic.map(({ route }) => route)).toEqual(['models', 'chat']);
  });

  test('none: the error says what to start or set, and it looks again the next time', async () => {
    const candidates: { title: string; baseUrl: string }[] = [];
    const provider = connect({ candidates });
    await expect(provider.chat(hello, aCall())).rejects.toMatchObject({
      code: 'LLM_UNAVAILABLE',
      details: { fix: expect.stringContaining('Ollama') },
    });
    expect(await provider.probe?.(aCall())).toMatchObject({ ok: false });
    const server = await startModelServer({ script: [say('now')] });
    stops.push(server.close);
    candidates.push(place('Late', server.openAiUrl));
    expect((await provider.chat(hello, aCall())).content).toEqual([{ type: 'text', text: 'now' }]);
  });
});

test('the variable of Ollama', () => {
  const cases: Record<string, string | undefined> = {
    '': undefined,
    host: 'http://host:11434/v1',
    'host:99': 'http://host:99/v1',
    '0.0.0.0': 'http://127.0.0.1:11434/v1',
    'https://ollama.example': 'https://ollama.example/v1',
    'http://host:99/': 'http://host:99/v1',
  };
  for (const [host, url] of Object.entries(cases)) expect([host, ollamaUrl(host)]).toEqual([host, url]);
  expect(ollamaUrl(undefined)).toBeUndefined();
});
