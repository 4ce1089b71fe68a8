import { forgeError, type ChatResponse, type ErrorCode, type ErrorDetails } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/execution/budget.ts';
import { createCircuits } from '../../src/execution/circuits.ts';
import { attemptCall, type ModelCall } from '../../src/execution/model-attempts.ts';

/** A dollar for a thousand tokens, whatever they are. */
const price = { input: 1_000, output: 1_000, cacheRead: 1_000, cacheWrite: 1_000, asOf: '2026-01-01' };
const capabilities = {
  contextTokens: 1e6,
  maxOutputTokens: 1e6,
  tools: true,
  images: true,
  structuredOutput: true,
  price,
};
const usage = { inputTokens: 100, outputTokens: 50, cacheReadTokens: 0, cacheWriteTokens: 0 };
const good: ChatResponse = { model: 'm', content: [{ type: 'text', text: 'yes' }], stopReason: 'end', usage };
const fault = (code: ErrorCode, details: ErrorDetails = {}) =>
  forgeError(code, 'failed', { transient: true, ...details });

/** Calls that reserve 1,000 tokens each, 400 of them input, of a model that does all this in turn. */
function scene(replies: readonly (ChatResponse | Error)[]) {
  const left = [...replies];
  const events: { type: string; payload: Record<string, unknown> }[] = [];
  let now = 0;
  let asked = 0;
  const clock = {
    now: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
  const budget = new Budget({ name: 'the run', limits: { usd: { max: 100, setting: 'safety.budgetUsd' } } });
  const circuits = createCircuits(clock);
  const deps = {
    budget,
    circuits,
    clock,
    random: () => 0.5,
    signal: new AbortController().signal,
    holdLease: async () => undefined,
    emit: async (type: string, payload: unknown) => {
      events.push({ type, payload: payload as Record<string, unknown> });
      return {} as never;
    },
  };
  const provider = {
    name: 'p',
    capabilities: () => capabilities,
    async chat() {
      asked += 1;
      const next = left.shift() ?? good;
      if (next instanceof Error) throw next;
      return next;
    },
  };
  const call = (more: Partial<ModelCall> = {}) =>
    attemptCall(deps, {
      choice: { provider, model: 'm', capabilities },
      request: { model: 'm', system: '', messages: [] },
      capabilities,
      inputTokens: 400,
      outputTokens: 600,
      ordinal: 1,
      callId: 'c',
      hasFallback: false,
      announce: async () => undefined,
      ...more,
    });
  return { call, events, budget, clock, asked: () => asked };
}

const paidBy: readonly { name: string; error: Error; usd: number }[] = [
  { name: 'a refused request costs nothing', error: fault('LLM_OVERLOADED', { receivedBytes: 90 }), usd: 0 },
  { name: 'no connection costs nothing', error: fault('LLM_UNAVAILABLE'), usd: 0 },
  {
    name: 'a cut reply costs its input and what had arrived',
    error: fault('LLM_CUT', { receivedBytes: 300 }),
    usd: 0.5,
  },
  { name: 'silence costs the input', error: fault('LLM_TIMEOUT', { receivedBytes: 0 }), usd: 0.4 },
  {
    name: 'a long cut reply costs what was reserved, not more',
    error: fault('LLM_CUT', { receivedBytes: 1e6 }),
    usd: 1,
  },
  { name: 'a cut reply of unknown length costs what was reserved', error: fault('LLM_CUT'), usd: 1 },
];

describe('a try that fails', () => {
  it.each(paidBy)('$name', async ({ error, usd }) => {
    const { call, budget, events } = scene([error]);
    expect(await call()).toMatchObject({ reply: { stopReason: 'end' }, paid: { usd: 0.15 } });
    expect(budget.spent).toMatchObject({ usd: usd + 0.15, iterations: 1 });
    expect(budget.reserved.usd).toBe(0);
    expect(events[0]).toMatchObject({
      type: 'llm.retried',
      payload: usd === 0 ? {} : { costUsd: usd, estimated: true },
    });
    if (usd === 0) expect(events[0]?.payload).not.toHaveProperty('costUsd');
  });

  it('of an empty reply costs what the model said', async () => {
    const { call, budget } = scene([{ ...good, content: [] }]);
    await call();
    expect(budget.spent.usd).toBe(0.3);
  });

  it('of a reply without counts costs what was reserved', async () => {
    const { call } = scene([{ ...good, usage: undefined }]);
    expect(await call()).toMatchObject({ paid: { usd: 1, estimated: true } });
  });
});

describe('a model that fails again and again', () => {
  const overloaded = Array.from({ length: 6 }, () => fault('LLM_OVERLOADED'));

  it('is tried six times, the last not before its circuit lets it', async () => {
    const { call, events, asked, clock } = scene(overloaded);
    expect(await call()).toMatchObject({ error: { code: 'LLM_OVERLOADED' } });
    expect(asked()).toBe(6);
    expect(events.map(({ type }) => type).filter((type) => type === 'circuit.opened')).toHaveLength(2);
    expect(clock.now()).toBeGreaterThanOrEqual(30_000);
  });

  it('is left at once for the next one, and not asked again while its circuit is open', async () => {
    const { call, events, asked } = scene(overloaded);
    expect(await call({ hasFallback: true })).toMatchObject({ error: { code: 'LLM_OVERLOADED' } });
    expect(asked()).toBe(5);
    expect(events.at(-1)).toMatchObject({ type: 'circuit.opened', payload: { name: 'p:m', failures: 5 } });
    expect(await call({ hasFallback: true })).toMatchObject({ error: { code: 'LLM_UNAVAILABLE' } });
    expect(asked()).toBe(5);
  });

  it('is used again when it answers, and the log says so', async () => {
    const { call, events } = scene(overloaded.slice(0, 5));
    await call({ hasFallback: true });
    expect(await call()).toMatchObject({ reply: { stopReason: 'end' } });
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['llm.retried', 'circuit.closed']);
  });

  it('is no reason when it only says to wait, or refuses', async () => {
    const { call, events } = scene(Array.from({ length: 5 }, () => fault('LLM_RATE_LIMITED', { retryAfterMs: 10 })));
    expect(await call()).toMatchObject({ reply: { stopReason: 'end' } });
    expect(events.map(({ type }) => type)).not.toContain('circuit.opened');
  });
});
