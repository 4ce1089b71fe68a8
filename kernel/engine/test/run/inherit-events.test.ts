import { ledgerOf, type ForgeEvent } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { inheritEvents } from '../../src/run/inherit-events.ts';

it('a fork pays for nothing of what the calls of tools have cost', () => {
  const usage = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0 };
  const spent = { provider: 'acp', model: 'x', usage, costUsd: 0.25 };
  const payload = { ordinal: 1, tool: 'acp_prompt', ok: true, text: 'done', spent };
  const event = { traceId: 'other', source: 'a', type: 'tool.result', seq: 1, timestamp: 1, payload } as never;
  expect(ledgerOf([event])).toHaveLength(1);
  const [inherited] = inheritEvents([event], 'fork');
  const { spent: _spent, ...rest } = payload;
  expect(inherited?.payload).toEqual(rest);
  expect(ledgerOf([{ ...(event as ForgeEvent), ...inherited } as ForgeEvent])).toEqual([]);
});
