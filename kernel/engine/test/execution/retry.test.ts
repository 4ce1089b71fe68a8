import { forgeError, type Clock } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { modelRetries, withRetries } from '../../src/execution/retry.ts';

function world(random = 0.5) {
  const waits: number[] = [];
  let now = 1_000;
  const clock: Clock = {
    now: () => now,
    async sleep(milliseconds) {
      waits.push(milliseconds);
      now += milliseconds;
    },
  };
  return {
    waits,
    at: () => now,
    retry: { clock, random: () => random, signal: new AbortController().signal, onRetry: async () => {} },
  };
}

const overloaded = (retryAfterMs?: number) =>
  forgeError('LLM_OVERLOADED', 'overloaded', {
    transient: true,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });

describe('withRetries', () => {
  it('tries six times in all, with full jitter', async () => {
    const { retry, waits } = world(0.5);
    let tries = 0;
    const failing = withRetries(modelRetries, retry, async () => {
      tries += 1;
      throw overloaded();
    });
    await expect(failing).rejects.toMatchObject({ code: 'LLM_OVERLOADED' });
    expect(tries).toBe(6);
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
  });

  it('never waits less than the server asked for', async () => {
    const { retry, waits } = world(0);
    let tries = 0;
    await withRetries(modelRetries, retry, async () => {
      tries += 1;
      if (tries === 1) throw overloaded(7_000);
    });
    expect(waits).toEqual([7_000]);
  });

  it('gives up at once when the server asks for more than ten minutes, and names the time', async () => {
    const { retry, waits } = world();
    const failing = withRetries(modelRetries, retry, async () => {
      throw overloaded(3_600_000);
    });
    await expect(failing).rejects.toMatchObject({
      code: 'WAITING_FOR_QUOTA',
      details: { data: { wakeAt: 1_000 + 3_600_500 } },
    });
    expect(waits).toEqual([]);
  });

  it('does not try again what cannot help', async () => {
    const { retry } = world();
    let tries = 0;
    const failing = withRetries(modelRetries, retry, async () => {
      tries += 1;
      throw forgeError('LLM_SPEND_LIMIT', 'spent');
    });
    await expect(failing).rejects.toMatchObject({ code: 'LLM_SPEND_LIMIT' });
    expect(tries).toBe(1);
  });
});
