import { describe, expect, it } from 'vitest';
import { runTimeLimit, timeLimit } from '../../src/run/time-limit.ts';
import { manualClock } from '../manual-clock.ts';

const minute = 60_000;

function setUp(runMinutes: { readonly max: number; readonly worked: number }) {
  const clock = manualClock(1_000 * minute);
  const safety = { maxMinutes: 10, maxRunMinutes: runMinutes.max };
  const state = { elapsedMs: (runMinutes.worked - 1) * minute, activeSince: 999 * minute };
  return { clock, limit: timeLimit({ clock, safety, state } as never, 4 * minute) };
}

describe('the time that an execution has left', () => {
  it.each([
    { name: 'its own', run: { max: 100, worked: 50 }, left: 6, setting: 'safety.maxMinutes' },
    {
      name: 'what the run has left, if that is less',
      run: { max: 52, worked: 50 },
      left: 2,
      setting: 'safety.maxRunMinutes',
    },
  ])('is $name, and a step under way is cut', async ({ run, left, setting }) => {
    const { clock, limit } = setUp(run);
    await clock.advance(left * minute - 1);
    expect(limit.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(limit.signal.reason).toMatchObject({ code: 'BREAKER_TIME', details: { data: { setting } } });
  });

  it('ends at once when there is none, and never when the execution is over', async () => {
    const none = setUp({ max: 50, worked: 60 });
    await none.clock.advance(0);
    expect(none.limit.signal.aborted).toBe(true);
    const over = setUp({ max: 100, worked: 50 });
    over.limit.end();
    await over.clock.advance(1_000 * minute);
    expect(over.limit.signal.aborted).toBe(false);
  });
});

it('what the engine does itself is cut when the time of the run is up', async () => {
  const clock = manualClock(1_000 * minute);
  const safety = { maxMinutes: 1, maxRunMinutes: 52 };
  const state = { elapsedMs: 49 * minute, activeSince: 999 * minute };
  const { signal } = runTimeLimit({ clock, safety, state } as never);
  await clock.advance(2 * minute - 1);
  expect(signal.aborted).toBe(false);
  await clock.advance(1);
  expect(signal.reason).toMatchObject({ details: { data: { setting: 'safety.maxRunMinutes' } } });
});
