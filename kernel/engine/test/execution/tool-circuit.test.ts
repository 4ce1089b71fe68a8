import { forgeError, type ErrorCode } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { createCircuits } from '../../src/execution/circuits.ts';
import { throughToolCircuit } from '../../src/execution/tool-circuit.ts';
import { manualClock } from '../manual-clock.ts';

function scene() {
  const clock = manualClock();
  const events: string[] = [];
  const deps = {
    circuits: createCircuits(clock),
    signal: new AbortController().signal,
    emit: async (type: string) => {
      events.push(type);
      return {} as never;
    },
  };
  let calls = 0;
  const call = (name: string, fails?: ErrorCode) =>
    throughToolCircuit(deps, name, async () => {
      calls += 1;
      if (fails !== undefined) throw forgeError(fails, 'failed');
      return 'done';
    }).catch((error: { code: ErrorCode }) => error.code);
  return { call, events, clock, calls: () => calls };
}

describe('a tool that fails again and again', () => {
  it('is not called for a while, which the model is told; then it is tried once', async () => {
    const { call, events, clock, calls } = scene();
    for (let time = 0; time < 3; time += 1) expect(await call('slow', 'TOOL_TIMEOUT')).toBe('TOOL_TIMEOUT');
    expect(events).toEqual(['circuit.opened']);
    expect(await call('slow')).toBe('TOOL_UNAVAILABLE');
    expect(calls()).toBe(3);
    expect(await call('other')).toBe('done');
    await clock.advance(60_000);
    expect(await call('slow')).toBe('done');
    expect(events).toEqual(['circuit.opened', 'circuit.closed']);
  });

  it.each(['FILE_NOT_FOUND', 'TOOL_FAILED', 'INPUT_INVALID'] as const)('is not one that says %s', async (code) => {
    const { call, events } = scene();
    for (let time = 0; time < 9; time += 1) expect(await call('fs_read', code)).toBe(code);
    expect(events).toEqual([]);
  });
});
