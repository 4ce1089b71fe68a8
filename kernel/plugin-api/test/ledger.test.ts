import { describe, expect, it } from 'vitest';
import { addUsd, ledgerOf, totalOf, wholeNanos, type ForgeEvent } from '../src/index.ts';

const usage = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 3, cacheWriteTokens: 2 };
const place = { traceId: 'run', source: 'implementer', phase: 'implementation', taskId: 'a', executionId: 'x' };

function log(...events: readonly (readonly [type: string, payload?: object, meta?: object])[]): ForgeEvent[] {
  return events.map(
    ([type, payload = {}, meta = {}], index) =>
      ({ ...place, type, payload, seq: index + 1, timestamp: (index + 1) * 1_000, ...meta }) as unknown as ForgeEvent,
  );
}

const requested = (ordinal = 1, more: object = {}) =>
  [
    'llm.requested',
    {
      ordinal,
      requestHash: 'h',
      provider: 'p',
      model: 'm',
      reservedTokens: 100,
      reservedUsd: 0.5,
      reservedUsage: { ...usage, inputTokens: 90, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0 },
      ...more,
    },
  ] as const;
const responded = (ordinal = 1, price: number | 'unknown' = 0.01) => {
  const cost = price === 'unknown' ? {} : { costUsd: price };
  return [
    'llm.responded',
    { ordinal, response: {}, usage, ...cost, estimated: false },
    { tokensUsed: 20, ...cost, durationMs: 400 },
  ] as const;
};

describe('the ledger', () => {
  it('has a row for each reply, with its place, its model and what it took', () => {
    expect(ledgerOf(log(requested(), responded()))).toEqual([
      {
        runId: 'run',
        seq: 2,
        at: 2_000,
        phase: 'implementation',
        taskId: 'a',
        executionId: 'x',
        agent: 'implementer',
        ordinal: 1,
        provider: 'p',
        model: 'm',
        outcome: 'replied',
        usage,
        tokens: 20,
        costUsd: 0.01,
        durationMs: 400,
        estimated: false,
      },
    ]);
  });

  it('names the model that answered, not the one that was asked first', () => {
    const events = log(
      requested(),
      ['llm.fallback', { ordinal: 1, from: 'p:m', to: 'q:n', code: 'LLM_OVERLOADED', message: '' }],
      requested(1, { provider: 'q', model: 'n' }),
      responded(),
    );
    expect(ledgerOf(events)).toMatchObject([{ provider: 'q', model: 'n', outcome: 'replied' }]);
  });

  it('has a row for a reply that broke off, and none for a refused request', () => {
    const cut = { ordinal: 1, attempt: 1, waitMs: 1, code: 'LLM_CUT', message: '' };
    const events = log(
      requested(),
      ['llm.retried', { ...cut, usage, costUsd: 0.02, estimated: true }, { tokensUsed: 20, costUsd: 0.02 }],
      requested(),
      ['llm.retried', { ...cut, code: 'LLM_RATE_LIMITED' }],
      requested(),
      responded(),
    );
    expect(ledgerOf(events)).toMatchObject([
      { outcome: 'failed', costUsd: 0.02, estimated: true, durationMs: 1_000 },
      { outcome: 'replied', costUsd: 0.01 },
    ]);
  });

  const ends = ['run.resumed', 'run.parked', 'run.failed', 'execution.failed', 'execution.completed'];
  it.each(ends)('counts what is open at %s as it was reserved, once', (type) => {
    const rows = ledgerOf(log(requested(1), requested(2), responded(2), [type], ['run.resumed'], ['run.completed']));
    expect(rows).toMatchObject([
      { ordinal: 2, outcome: 'replied' },
      { ordinal: 1, outcome: 'lost', tokens: 100, costUsd: 0.5, usage: { inputTokens: 90 }, estimated: true },
    ]);
  });

  it('leaves calls of other executions open when one ends', () => {
    const other = { executionId: 'y' };
    expect(ledgerOf(log(requested(), ['execution.completed', {}, other], responded()))).toHaveLength(1);
  });

  it('counts a call that is asked once more while its answer is open', () => {
    const rows = ledgerOf(log(requested(), requested(), responded()));
    expect(rows.map(({ outcome }) => outcome)).toEqual(['lost', 'replied']);
  });

  it('has a row for what a tool has paid for by itself, and none for other calls of tools', () => {
    const spent = { provider: 'acme', model: 'x', usage };
    const result = (more: object) => ['tool.result', { ordinal: 7, tool: 't', ok: true, text: '', ...more }] as const;
    const rows = ledgerOf(log(result({}), result({ spent: { ...spent, costUsd: 0.25 } }), result({ spent })));
    expect(rows).toMatchObject([
      { ordinal: 7, provider: 'acme', model: 'x', usage, tokens: 20, costUsd: 0.25, estimated: false },
      { tokens: 20 },
    ]);
    expect(totalOf(rows)).toMatchObject({ calls: 2, costUsd: 0.25, unpriced: true });
  });

  it('says that a price is not known, and counts the tokens', () => {
    const total = totalOf(ledgerOf(log(requested(), responded(1, 'unknown'), requested(2), responded(2))));
    expect(total).toMatchObject({ calls: 2, tokens: 40, costUsd: 0.01, unpriced: true });
  });
});

describe('sums of money', () => {
  it('are exact, however the parts are put together', () => {
    const parts = Array.from({ length: 1_000 }, (_, index) => wholeNanos(((index * 7_919) % 10_007) * 0.0000137));
    const total = addUsd(...parts);
    expect(parts.reduceRight((sum, part) => addUsd(sum, part), 0)).toBe(total);
    for (const size of [3, 10, 333]) {
      const groups = Array.from({ length: Math.ceil(parts.length / size) }, (_, group) =>
        addUsd(...parts.slice(group * size, (group + 1) * size)),
      );
      expect(addUsd(...groups)).toBe(total);
    }
    expect(addUsd(0.1, 0.2)).toBe(0.3);
  });
});
