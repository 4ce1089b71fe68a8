import type { ChatCall, ChatRequest, ChatResponse, ContentBlock, LLMProvider, Message } from '@forge/plugin-api';
import type { Reply } from '../model-server/index.ts';

export interface LlmSubject {
  readonly provider: LLMProvider;
  /** A model that it takes. */
  readonly model: string;
  /**
   * From now on the model answers with these, one after the other; faults among them. The n-th reply belongs to the
   * call `run/contract/n`. The provider is to cut silence after half a second, and replies at a few megabytes.
   */
  play(replies: readonly Reply[]): Promise<void> | void;
}

/** A conversation whose calls are numbered as recordings want them. */
export function talk({ provider, model }: Pick<LlmSubject, 'provider' | 'model'>) {
  let number = 0;
  return (request: Partial<ChatRequest> = {}, call: Partial<ChatCall> = {}): Promise<ChatResponse> =>
    provider.chat(
      { model, system: 'Be brief.', messages: [user('Hello')], tools: [readTool], ...request },
      { signal: new AbortController().signal, callId: `run/contract/${number++}`, ...call },
    );
}

export const user = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] });

const readTool = {
  name: 'read',
  description: 'Reads a file of the project.',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
};

export const textOf = (content: readonly ContentBlock[]): string =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('');

export const callsIn = (content: readonly ContentBlock[]) => content.filter((block) => block.type === 'tool_use');

export const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0;
