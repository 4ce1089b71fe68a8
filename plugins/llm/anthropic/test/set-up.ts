import { type ModelServer, type Script, startModelServer } from '@forge/testkit/model-server';
import type { ChatCall, ChatRequest, Message } from '@forge/plugin-api';
import { type AnthropicProvider, createAnthropicProvider, optionsSchema } from '../src/index.ts';
import { systemClock } from './system-clock.ts';

export interface SetUp {
  readonly server: ModelServer;
  readonly provider: AnthropicProvider;
}

/** A scripted model and a provider that speaks to it. */
export async function setUp(script: Script = [], options: Record<string, unknown> = {}): Promise<SetUp> {
  const server = await startModelServer({ script });
  return { server, provider: connect(server.url, options) };
}

export const connect = (baseUrl: string, options: Record<string, unknown> = {}): AnthropicProvider =>
  createAnthropicProvider({
    options: optionsSchema.parse(options),
    apiKey: 'test-key',
    baseUrl,
    clock: systemClock,
    fetch: globalThis.fetch,
  });

export const user = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] });
export const hello: ChatRequest = { model: 'claude-sonnet-4-6', system: 'Be brief.', messages: [user('Hello')] };

export const aCall = (rest: Partial<ChatCall> = {}): ChatCall => ({
  signal: new AbortController().signal,
  callId: 'run/execution/0',
  ...rest,
});
