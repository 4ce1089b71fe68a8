import { ledgerOf, totalOf, type ForgeEvent, type LLMProvider, type ResolvedConfig } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { createBudgetTree } from '../../src/execution/budget-tree.ts';
import { ExecutionBreakers } from '../../src/execution/breakers.ts';
import { createCircuits } from '../../src/execution/circuits.ts';
import type { EmitEvent } from '../../src/execution/execution-emit.ts';
import { Journal } from '../../src/execution/journal.ts';
import { createModelCaller } from '../../src/execution/model-caller.ts';
import { applyEvent, foldEvents } from '../../src/run/fold-events.ts';
import { costOf } from '../../src/run/run-state.ts';
import { manualClock } from '../manual-clock.ts';

const seeds = Number(process.env['BUDGET_SEEDS'] ?? 2_000);
const executions = 20;
const cap = 1;
const callUsd = 0.1;
/** A call may cost ten cents: a thousand tokens of output at a hundred dollars a million. */
const price = { input: 0, output: 100, cacheRead: 0, cacheWrite: 0, asOf: '2026-01-01' };
const outputTokens = (callUsd * 1e6) / price.output;

const safety = {
  budgetUsd: cap,
  maxTokens: 1e9,
  maxIterations: 100,
  maxToolCalls: 100,
  maxMinutes: 100,
  maxFailures: 100,
  maxRepeats: 100,
  maxRunIterations: 1_000,
  maxRunToolCalls: 1_000,
  maxRunMinutes: 1_000,
} satisfies ResolvedConfig['safety'];

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One run with all its crashes. What is called "waiting" goes on in an order that the seed decides. */
async function simulate(seed: number) {
  const random = randomFrom(seed);
  const clock = manualClock();
  const durable: ForgeEvent[] = [];
  /** What the provider asks money for, whether anybody got its answer or not. */
  let billed = 0;
  let crashes = 0;

  for (let isOver = false; !isOver; ) {
    durable.push(event('run.resumed', { owner: 'o', fence: crashes + 1 }, {}, durable.length + 1));
    const state = foldEvents(durable);
    const tree = createBudgetTree(safety, state);
    const circuits = createCircuits(clock);
    const waiting: (() => void)[] = [];
    const later = () => new Promise<void>((resolve) => waiting.push(resolve));
    let written = durable.length;
    let isAlive = true;
    /** Events become durable in their order. */
    let log = Promise.resolve();

    const capabilities = {
      contextTokens: 1e6,
      maxOutputTokens: outputTokens,
      tools: true,
      images: true,
      structuredOutput: true,
      price,
    };
    const provider: LLMProvider = {
      name: 'simulated',
      capabilities: () => capabilities,
      async chat() {
        // Asked is paid, even if nobody waits for the answer.
        const used = Math.ceil(random() * outputTokens);
        billed += used;
        await later();
        const counts = { inputTokens: 0, outputTokens: used, cacheReadTokens: 0, cacheWriteTokens: 0 };
        return {
          model: 'm',
          content: [{ type: 'text', text: 'yes' }],
          stopReason: 'end',
          ...(random() < 0.2 ? {} : { usage: counts }),
        };
      },
    };

    async function work(executionId: string): Promise<void> {
      const write: EmitEvent = async (type, payload, meta) => {
        written += 1;
        const sealed = event(type, payload, { ...meta, executionId, phase: 'implementation' }, written);
        log = log.then(later).then(() => {
          if (!isAlive) throw new Error('the process is gone');
          durable.push(sealed);
          applyEvent(state, sealed);
        });
        await log;
        return sealed;
      };
      const soon: EmitEvent = (type, payload, meta) => {
        const stored = write(type, payload, meta);
        stored.catch(() => undefined);
        return stored;
      };
      const emit = Object.assign(write.bind(undefined) as EmitEvent, { soon, durable: () => log });
      const budget = tree.execution({ executionId, phase: 'implementation', taskId: executionId });
      const caller = createModelCaller({
        choices: [{ provider, model: 'm', capabilities }],
        maxOutputTokens: outputTokens,
        callPrefix: executionId,
        budget,
        breakers: new ExecutionBreakers({ limits: safety, budget, elapsedMs: () => 0 }),
        circuits,
        journal: new Journal(executionId, state.executions[executionId], clock),
        emit,
        clock,
        random,
        mask: (text) => text,
        signal: new AbortController().signal,
        beforeStep: () => {},
        holdLease: async () => undefined,
        crashPoint: () => {},
      });
      for (;;) await caller.chat({ system: 's', messages: [] });
    }

    let stopped = 0;
    for (let index = 0; index < executions; index += 1) {
      work(`x${index}`).catch(() => {
        stopped += 1;
      });
    }
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const { spent, reserved } = tree.run;
      // Plain, because it is asked a hundred thousand times.
      if (spent.usd + reserved.usd > cap) throw new Error(`${spent.usd} spent and ${reserved.usd} reserved`);
      isOver = stopped === executions && waiting.length === 0;
      if (isOver || random() < 0.1) break;
      // Several at once, so that the order within a turn is the seed's, too.
      for (let count = 1 + Math.floor(random() * 12); count > 0 && waiting.length > 0; count -= 1) {
        waiting.splice(Math.floor(random() * waiting.length), 1)[0]?.();
      }
    }
    isAlive = false;
    crashes += 1;
    if (isOver) expect(tree.run.spent.usd).toBe(state.spentUsd);
  }

  const state = foldEvents(durable);
  const total = totalOf(ledgerOf(durable));
  expect({ usd: total.costUsd, tokens: total.tokens }).toEqual({ usd: state.spentUsd, tokens: state.tokens });
  expect(costOf(state).costUsd).toBe(total.costUsd);
  expect(total.costUsd).toBeLessThanOrEqual(cap);
  expect((billed * price.output) / 1e6).toBeLessThanOrEqual(total.costUsd + 1e-9);
  // It was not the fear of the limit that kept it: no further call would have fitted.
  expect(total.costUsd + callUsd).toBeGreaterThan(cap);
  return crashes;
}

function event(type: string, payload: unknown, meta: object, seq: number): ForgeEvent {
  return { type, payload, seq, timestamp: seq, traceId: 'run', source: 'agent', ...meta } as unknown as ForgeEvent;
}

it(`never lets ${executions} executions at once pass a dollar, whatever crashes and whatever is not said, ${seeds} times`, async () => {
  let crashes = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    try {
      crashes += await simulate(seed);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
  expect(crashes).toBeGreaterThan(seeds);
}, 300_000);
