import type { Clock } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/world/system-clock.ts';
import { withTimeLimit } from '../../src/world/time-limit.ts';

/** A clock whose sleepers wake when told. */
function handClock() {
  const sleepers: (() => void)[] = [];
  let cancelled = 0;
  const clock: Clock = {
    now: () => 0,
    sleep: (_milliseconds, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push(resolve);
        signal?.addEventListener('abort', () => {
          cancelled++;
          reject(signal.reason as Error);
        });
      }),
  };
  return { clock, wake: () => sleepers.splice(0).forEach((resolve) => resolve()), cancelled: () => cancelled };
}

const late = new Error('too late');
const timedOut = () => late;

describe('withTimeLimit', () => {
  it('gives what the work gives, and lets its clock go', async () => {
    const { clock, cancelled } = handClock();
    expect(await withTimeLimit({ clock, milliseconds: 10, timedOut }, () => 7)).toBe(7);
    expect(cancelled()).toBe(1);
    await expect(withTimeLimit({ clock, milliseconds: 10, timedOut }, () => Promise.reject(late))).rejects.toBe(late);
    expect(cancelled()).toBe(2);
  });

  it('ends the wait at the limit and tells the work', async () => {
    const { clock, wake } = handClock();
    let seen: AbortSignal | undefined;
    const running = withTimeLimit({ clock, milliseconds: 10, timedOut }, (signal) => {
      seen = signal;
      return new Promise<never>(() => {});
    });
    wake();
    await expect(running).rejects.toBe(late);
    expect(seen?.reason).toBe(late);
  });

  it('starts nothing when it is already aborted', async () => {
    let started = false;
    const signal = AbortSignal.abort(late);
    const work = () => (started = true);
    await expect(withTimeLimit({ clock: systemClock, milliseconds: undefined, signal, timedOut }, work)).rejects.toBe(
      late,
    );
    expect(started).toBe(false);
  });

  it('leaves no rejection unhandled when the work fails afterwards', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => void unhandled.push(error);
    process.on('unhandledRejection', note);
    const controller = new AbortController();
    const running = withTimeLimit(
      { clock: systemClock, milliseconds: undefined, signal: controller.signal, timedOut },
      (signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => queueMicrotask(() => reject(new Error('after')))),
        ),
    );
    controller.abort(late);
    await expect(running).rejects.toBe(late);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});

describe('systemClock', () => {
  it('sleeps until the signal ends it, with its reason', async () => {
    const controller = new AbortController();
    const sleeping = systemClock.sleep(60_000, controller.signal);
    controller.abort(late);
    await expect(sleeping).rejects.toBe(late);
    await expect(systemClock.sleep(1, controller.signal)).rejects.toBe(late);
    await systemClock.sleep(1);
  });
});
