import type { ChatRequest } from '@forge/plugin-api';
import {
  answer,
  callTool,
  contextOverflow,
  maxTokens,
  overloaded,
  type Reply,
  say,
  startModelServer,
  together,
  withUsage,
} from '@forge/testkit/model-server';
import { expect, onTestFinished, test } from 'vitest';
import { aCall, connect, hello } from './set-up.ts';

/** A provider whose server takes no notice of the wish to stream. */
async function withoutStream(...replies: readonly Reply[]) {
  const server = await startModelServer({ script: replies });
  onTestFinished(() => server.close());
  const fetchWhole: typeof fetch = (url, init) => {
    const {
      stream: _stream,
      stream_options: _options,
      ...body
    } = JSON.parse(init?.body as string) as object & {
      stream?: unknown;
      stream_options?: unknown;
    };
    return fetch(url, { ...init, body: JSON.stringify(body) });
  };
  return { server, provider: connect({ baseUrl: server.openAiUrl, fetch: fetchWhole }) };
}

const read = { name: 'read', description: 'Reads a file.', inputSchema: { type: 'object' as const } };
const request: ChatRequest = { ...hello, tools: [read] };
const usage = { input: 12, output: 3, cacheRead: 5, cacheWrite: 0 };

test('a whole reply gives what a streamed one gives', async () => {
  const replies = [
    withUsage(usage, say('Good day')),
    together(say('I look'), callTool('read', { path: 'a' }, 'c1'), callTool('read', { path: 'b' }, 'c2')),
    answer({ yes: true }),
    maxTokens(),
  ];
  const whole = await withoutStream(...replies);
  const streaming = await startModelServer({ script: replies });
  onTestFinished(() => streaming.close());
  const streamed = connect({ baseUrl: streaming.openAiUrl });
  const told: string[] = [];
  for (const _ of replies) {
    const found = await whole.provider.chat(request, aCall({ onText: (text) => told.push(text) }));
    expect(found).toEqual(await streamed.chat(request, aCall()));
  }
  expect(whole.server.requests.map((asked) => asked.streamed)).toEqual(replies.map(() => false));
  expect(told.slice(0, 2)).toEqual(['Good day', 'I look']);
  expect(whole.server.complaints).toEqual([]);
});

test('faults stay what they are', async () => {
  const { provider } = await withoutStream(overloaded(), contextOverflow());
  await expect(provider.chat(request, aCall())).rejects.toMatchObject({ code: 'LLM_OVERLOADED' });
  await expect(provider.chat(request, aCall())).rejects.toMatchObject({ code: 'LLM_CONTEXT_OVERFLOW' });
});

test('an answer that is no reply is a broken one', async () => {
  for (const body of ['{"object":"something else"}', '{"choices": [{', '[]']) {
    const provider = connect({
      baseUrl: 'http://127.0.0.1:9/v1',
      fetch: async () => new Response(body, { headers: { 'content-type': 'application/json' } }),
    });
    await expect(provider.chat(request, aCall())).rejects.toMatchObject({
      code: expect.stringMatching(/^LLM_/),
      details: { transient: true },
    });
  }
});
