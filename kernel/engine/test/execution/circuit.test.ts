import { describe, expect, it } from 'vitest';
import { Circuit, type Permit } from '../../src/execution/circuit.ts';
import { manualClock } from '../manual-clock.ts';

const policy = { failures: 3, windowMs: 10_000, openMs: 1_000, maxOpenMs: 3_000 };

function scene() {
  const clock = manualClock();
  const circuit = new Circuit(policy, clock);
  const fail = () => circuit.tryEnter()?.failed();
  const open = () => {
    for (let failure = 0; failure < 2; failure += 1) expect(fail()).toBeUndefined();
    return fail();
  };
  return { clock, circuit, fail, open };
}

describe('Circuit', () => {
  it('opens after so many failures in a row, and says until when', () => {
    const { circuit, open } = scene();
    expect(open()).toEqual({ until: 1_000, failures: 3 });
    expect(circuit.tryEnter()).toBeUndefined();
    expect(circuit.waitMs).toBe(1_000);
  });

  it('stays closed when a success comes between, or when failures are far apart', async () => {
    const { circuit, clock, fail } = scene();
    fail();
    fail();
    circuit.tryEnter()?.succeeded();
    expect(fail()).toBeUndefined();
    expect(fail()).toBeUndefined();
    await clock.advance(10_001);
    expect(fail()).toBeUndefined();
    expect(circuit.waitMs).toBe(0);
  });

  it('lets one call try when the time is over, and the others wait for what comes of it', async () => {
    const { circuit, clock, open } = scene();
    open();
    await clock.advance(1_000);
    const trial = circuit.tryEnter();
    expect(trial).toBeDefined();
    expect(circuit.tryEnter()).toBeUndefined();
    let entered: Permit | undefined;
    const waiting = circuit.enter(new AbortController().signal).then((permit) => {
      entered = permit;
    });
    await clock.advance(0);
    expect(entered).toBeUndefined();
    expect(trial?.succeeded()).toBe(true);
    await waiting;
    expect(entered).toBeDefined();
    expect(entered?.succeeded()).toBe(false);
  });

  it('stays open twice as long each time that the trial fails, up to a limit', async () => {
    const { circuit, clock, open } = scene();
    open();
    for (const [waitMs, until] of [
      [1_000, 3_000],
      [2_000, 6_000],
      [3_000, 9_000],
    ] as const) {
      await clock.advance(waitMs);
      expect(circuit.tryEnter()?.failed()).toMatchObject({ until });
    }
    await clock.advance(3_000);
    circuit.tryEnter()?.succeeded();
    expect(open()).toMatchObject({ until: 10_000 });
  });

  it('a trial that says nothing leaves the next call to try', async () => {
    const { circuit, clock, open } = scene();
    open();
    await clock.advance(1_000);
    circuit.tryEnter()?.undecided();
    expect(circuit.tryEnter()).toBeDefined();
  });

  it('late failures of calls from before change nothing, a late success closes it', () => {
    const { circuit, open } = scene();
    const [late, lucky] = [circuit.tryEnter(), circuit.tryEnter()];
    open();
    expect(late?.failed()).toBeUndefined();
    expect(circuit.waitMs).toBe(1_000);
    expect(lucky?.succeeded()).toBe(true);
    expect(circuit.waitMs).toBe(0);
  });

  it('stops waiting when it is told to', async () => {
    const { circuit, open } = scene();
    open();
    const stop = new AbortController();
    const waiting = circuit.enter(stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
