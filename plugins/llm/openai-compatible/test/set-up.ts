import { type ModelServer, type ModelServerOptions, type Script, startModelServer } from '@forge/testkit/model-server';
import type { ChatCall, ChatRequest, Message } from '@forge/plugin-api';
import { createOpenAiProvider, type OpenAiProvider, type OpenAiWorld, optionsSchema } from '../src/index.ts';
import { systemClock } from './system-clock.ts';

export interface SetUp {
  readonly server: ModelServer;
  readonly provider: OpenAiProvider;
}

/** A scripted model and a provider that speaks to it. */
export async function setUp(
  script: Script = [],
  options: Record<string, unknown> = {},
  serverOptions: ModelServerOptions = {},
): Promise<SetUp> {
  const server = await startModelServer({ ...serverOptions, script });
  return { server, provider: connect({ baseUrl: server.openAiUrl }, options) };
}

export const connect = (world: Partial<OpenAiWorld>, options: Record<string, unknown> = {}): OpenAiProvider =>
  createOpenAiProvider({
    options: optionsSchema.parse(options),
    clock: systemClock,
    fetch: globalThis.fetch,
    ...world,
  });

export const user = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] });
export const hello: ChatRequest = { model: 'some-model', system: 'Be brief.', messages: [user('Hello')] };

export const aCall = (rest: Partial<ChatCall> = {}): ChatCall => ({
  signal: new AbortController().signal,
  callId: 'run/execution/0',
  ...rest,
});
