import { expect, test } from 'vitest';
import {
  type ChatRequest,
  type ChatResponse,
  forgeError,
  fromRecorded,
  type LLMProvider,
  recordedReplySchema,
  recordingHeaderSchema,
  recordingKey,
  recordReplies,
} from '../src/index.ts';

const request: ChatRequest = {
  model: 'm',
  system: '',
  messages: [],
  tools: [{ name: 'read', description: '', inputSchema: {} }],
  output: { name: 'plan', schema: {} },
};
const signal = new AbortController().signal;

class Provider implements LLMProvider {
  readonly name = 'some';
  #replies: (ChatResponse | Error)[];
  constructor(...replies: (ChatResponse | Error)[]) {
    this.#replies = replies;
  }
  get defaultModel() {
    return `default of ${this.#replies.length}`;
  }
  async chat(): Promise<ChatResponse> {
    const reply = this.#replies.shift();
    if (reply === undefined || reply instanceof Error) throw reply ?? new Error('nothing left');
    return reply;
  }
  capabilities() {
    return {
      contextTokens: this.#replies.length,
      maxOutputTokens: 1,
      tools: true,
      images: true,
      structuredOutput: true,
    };
  }
}
const text = (words: string): ChatResponse => ({
  model: 'm-1',
  content: [{ type: 'text', text: words }],
  stopReason: 'end',
});

test('whole replies are written under what is the same in every run; failures are not', async () => {
  const lines: string[] = [];
  const recorder = recordReplies(
    new Provider(text('in RUN1'), forgeError('LLM_CUT', 'x'), text('two')),
    async (line) => {
      lines.push(line);
    },
  );
  expect(await recorder.chat(request, { signal, callId: 'RUN1/implementation/limiter/1/0' })).toEqual(text('in RUN1'));
  await expect(recorder.chat(request, { signal, callId: 'RUN1/review/1/0' })).rejects.toMatchObject({
    code: 'LLM_CUT',
  });
  await recorder.chat(request, { signal, callId: 'RUN1/review/1/0' });
  const [header, ...replies] = lines.map((line) => JSON.parse(line) as unknown);
  expect(recordingHeaderSchema.parse(header)).toEqual({ forgeRecording: 1, provider: 'some', model: 'm' });
  expect(replies.map((line) => recordedReplySchema.parse(line).call)).toEqual([
    'implementation/limiter/1/0',
    'review/1/0',
  ]);
  expect(replies[0]).toMatchObject({ asked: { tools: ['read'], output: 'plan' } });
  expect(lines.join('')).not.toContain('RUN1');
  const recorded = replies[0] as Parameters<typeof fromRecorded>[0];
  expect(fromRecorded(recorded, 'RUN2/implementation/limiter/1/0').content).toEqual([
    { type: 'text', text: 'in RUN2' },
  ]);
});

test('a reply waits for its line, and calls at once give one header', async () => {
  const written: string[] = [];
  const gate = Promise.withResolvers<void>();
  const recorder = recordReplies(new Provider(text('a'), text('b')), async (line) => {
    await gate.promise;
    written.push(line);
  });
  const both = Promise.all(['R/a/0', 'R/b/0'].map((callId) => recorder.chat(request, { signal, callId })));
  let arrived = false;
  void both.then(() => {
    arrived = true;
  });
  await Promise.resolve();
  expect(arrived).toBe(false);
  gate.resolve();
  await both;
  expect(written.filter((line) => line.includes('forgeRecording'))).toEqual([written[0]]);
  expect(written).toHaveLength(3);
});

test('all else is the provider’s own, frozen or not, private fields and getters too', async () => {
  class Full extends Provider {
    readonly #detail = 'mine';
    async probe() {
      return { ok: true, detail: this.#detail };
    }
  }
  const recorder = recordReplies(Object.freeze(new Full(text('a'))), async () => {});
  expect(recorder.name).toBe('some');
  expect(recorder.defaultModel).toBe('default of 1');
  await recorder.chat(request, { signal, callId: 'R/a/0' });
  expect(recorder.defaultModel).toBe('default of 0');
  expect((await recorder.capabilities('m')).contextTokens).toBe(0);
  expect(await recorder.probe?.({ signal })).toEqual({ ok: true, detail: 'mine' });
  expect(recorder).not.toHaveProperty('embed');
});

test('a run id that also is part of a field’s name changes texts alone', async () => {
  const lines: string[] = [];
  const recorder = recordReplies(new Provider(text('at R')), async (line) => {
    lines.push(line);
  });
  await recorder.chat(request, { signal, callId: 'R/a/0' });
  const line = recordedReplySchema.parse(JSON.parse(lines[1] ?? ''));
  expect(line.reply).toMatchObject({ stopReason: 'end', content: [{ text: 'at ⟨run⟩' }] });
});

test('the key is the call without its run', () => {
  expect(recordingKey('RUN/planning/1/0')).toBe('planning/1/0');
  expect(recordingKey('alone')).toBe('alone');
});
