import { type ChatResponse, forgeError, isForgeError, type LLMProvider } from '@forge/plugin-api';
import { describe, expect, test } from 'vitest';
import { failingCases, llmCases, llmContract, type LlmSubject } from '../../src/contracts/index.ts';
import { createScriptedProvider } from '../../src/fakes/index.ts';

type Chat = LLMProvider['chat'];

/** The scripted provider, wrong in one way. */
function subject(wrong: (chat: Chat) => Partial<LLMProvider> = () => ({})): LlmSubject {
  const right = createScriptedProvider();
  return { provider: { ...right, ...wrong(right.chat) }, model: 'scripted-model', play: right.play };
}

llmContract({ name: 'scripted provider', create: () => subject() });

const changed =
  (change: (reply: ChatResponse) => ChatResponse) =>
  (chat: Chat): Partial<LLMProvider> => ({ chat: async (...args) => change(await chat(...args)) });

const rethrown =
  (change: (error: unknown) => unknown) =>
  (chat: Chat): Partial<LLMProvider> => ({
    chat: (...args) =>
      chat(...args).catch((error: unknown) => {
        throw change(error);
      }),
  });

const wrongs: readonly (readonly [string, (chat: Chat) => Partial<LLMProvider>, caught: string])[] = [
  [
    'does not listen to the signal',
    (chat) => ({ chat: (request, call) => chat(request, { ...call, signal: new AbortController().signal }) }),
    'an aborted call rejects with the reason, before it began',
  ],
  [
    'makes an error of its own of an abort',
    rethrown((error) => (isForgeError(error) ? error : new Error('Request was aborted.'))),
    'an aborted call rejects with the reason, in the middle of the reply',
  ],
  [
    'takes half a reply for a whole one',
    (chat) => ({
      chat: (request, call) =>
        chat(request, call).catch((error: unknown) => {
          if (!isForgeError(error, 'LLM_CUT')) throw error;
          return { model: request.model, content: [{ type: 'text', text: 'I loo' }], stopReason: 'end' };
        }),
    }),
    'a reply cut anywhere before its end gives nothing',
  ],
  [
    'tries again by itself',
    (chat) => ({ chat: (...args) => chat(...args).catch(() => chat(...args)) }),
    'one call is one attempt: trying again is the kernel’s',
  ],
  [
    'thinks that money comes back',
    rethrown((error) =>
      isForgeError(error, 'LLM_SPEND_LIMIT') ? forgeError('LLM_RATE_LIMITED', 'x', { transient: true }) : error,
    ),
    'an exhausted spend limit is LLM_SPEND_LIMIT',
  ],
  [
    'throws what its library throws',
    rethrown((error) => new TypeError(String(error))),
    'overload is LLM_OVERLOADED, and may pass',
  ],
  [
    'hangs when the reply stalls',
    (chat) => ({
      chat: (...args) =>
        chat(...args).catch((error: unknown) => {
          if (isForgeError(error, 'LLM_TIMEOUT')) return new Promise<never>(() => {});
          throw error;
        }),
    }),
    'a stalled reply is LLM_TIMEOUT, and may pass',
  ],
  [
    'forgets how long to wait',
    rethrown((error) => (isForgeError(error) ? forgeError(error.code, error.message, { transient: true }) : error)),
    'the time that a server asks to wait is told',
  ],
  [
    'fails over arguments that are no JSON',
    changed((reply) => {
      for (const block of reply.content)
        if (block.type === 'tool_use' && block.invalidInput) JSON.parse(block.invalidInput);
      return reply;
    }),
    'arguments that are no JSON are kept as text, and are no error',
  ],
  [
    'lets ids of calls repeat',
    changed((reply) => ({
      ...reply,
      content: reply.content.map((block) => (block.type === 'tool_use' ? { ...block, id: 'call' } : block)),
    })),
    'ids of calls differ, also when the model repeats them',
  ],
  [
    'books zero for what it does not know',
    changed((reply) => ({
      ...reply,
      usage: reply.usage ?? { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
    })),
    'token counts that the model does not give are missing, not zero',
  ],
  [
    'repairs a call that the limit cut',
    changed((reply) => ({
      ...reply,
      content: reply.content.map((block) => {
        if (block.type !== 'tool_use' || block.invalidInput === '{"path": "a') return block;
        const { invalidInput: _, ...rest } = block;
        return rest;
      }),
    })),
    'a call cut by the output limit cannot be taken for a whole one',
  ],
  [
    'shows nothing as it comes',
    (chat) => ({ chat: (request, { signal, callId }) => chat(request, { signal, callId }) }),
    'text is shown as it comes, all of it, once',
  ],
  [
    'writes into the request',
    (chat) => ({
      chat: (request, call) => {
        (request.messages as unknown[]).push({ role: 'assistant', content: [] });
        return chat(request, call);
      },
    }),
    'a reply is JSON, and a request is not changed',
  ],
  [
    'mixes up calls at once',
    (chat) => {
      let shared: ((text: string) => void) | undefined;
      return {
        chat: async (request, call) => {
          shared = call.onText;
          await Promise.resolve();
          return chat(request, { ...call, onText: (text) => shared?.(text) });
        },
      };
    },
    'calls at once get each its own reply',
  ],
];

describe('the contract catches a provider that', () => {
  for (const [name, wrong, caught] of wrongs) {
    test(name, async () => {
      expect(await failingCases(llmCases, () => subject(wrong))).toContain(caught);
    });
  }
});

test('names of cases differ', () => {
  const names = llmCases.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
