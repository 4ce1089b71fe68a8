import type { LedgerRow } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { drawCosts } from '../../src/render/costs.ts';
import { styleFor } from '../../src/render/style.ts';

const settings = { style: styleFor({ isTTY: false, write: () => true }, {}, false), columns: 100 };
const row = (more: Partial<LedgerRow>): LedgerRow => ({
  runId: 'run',
  seq: 1,
  at: 0,
  phase: 'implementation',
  executionId: 'x',
  agent: 'implementer',
  ordinal: 1,
  provider: 'p',
  model: 'm',
  outcome: 'replied',
  usage: { inputTokens: 100, outputTokens: 20, cacheReadTokens: 3, cacheWriteTokens: 4 },
  tokens: 127,
  costUsd: 0.1,
  estimated: false,
  ...more,
});

describe('drawCosts', () => {
  it('sums by phase, task, agent and model, and all of them to one total', () => {
    const rows = [
      row({ phase: 'planning', agent: 'planner' }),
      row({ taskId: 'a' }),
      row({ taskId: 'a', costUsd: 0.2 }),
    ];
    expect(drawCosts(rows, settings)).toMatchInlineSnapshot(`
      "Phase           calls   in  out  cache read  cache write   cost
      planning            1  100   20           3            4  $0.10
      implementation      2  200   40           6            8  $0.30

      Task            calls   in  out  cache read  cache write   cost
      a                   2  200   40           6            8  $0.30
      (none)              1  100   20           3            4  $0.10

      Agent           calls   in  out  cache read  cache write   cost
      planner             1  100   20           3            4  $0.10
      implementer         2  200   40           6            8  $0.30

      Model           calls   in  out  cache read  cache write   cost
      p:m                 3  300   60           9           12  $0.40

      all                 3  300   60           9           12  $0.40"
    `);
  });

  it('says what is an estimate, and what has no price', () => {
    const text = drawCosts([row({ estimated: true }), row({ costUsd: undefined })], settings);
    expect(text).toContain('1 call without token counts');
    expect(text).toContain('1 call without a known price');
    expect(text).toContain('$0.10+?');
  });

  it('of nothing is a total of nothing', () => {
    expect(drawCosts([], settings)).toMatch(/^all +0 .*\$0\.00$/m);
  });
});
