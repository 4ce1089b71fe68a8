import type { EventPayload, EventType, ForgeEvent } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { foldEvents } from '../../src/run/fold-events.ts';
import type { RunState } from '../../src/run/run-state.ts';
import { workedMs } from '../../src/run/worked-time.ts';

let seq = 0;
function at<T extends EventType>(timestamp: number, type: T, payload: unknown = {}, executionId?: string): ForgeEvent {
  seq += 1;
  return { type, timestamp, seq, executionId, payload: payload as EventPayload<T> } as unknown as ForgeEvent;
}

const started = at(0, 'run.started', { budgetUsd: 1 });
const begun = at(1_000, 'execution.started', { inputHash: 'h', agent: 'a', agentType: 'planner' }, 'x');
const worked = (state: RunState, now: number) => ({
  run: workedMs(state, now),
  execution: workedMs(state.executions['x'] ?? { elapsedMs: 0, activeSince: undefined }, now),
});

describe('worked time', () => {
  it('goes on while something is worked on', () => {
    expect(worked(foldEvents([started, begun]), 5_000)).toEqual({ run: 5_000, execution: 4_000 });
  });

  it('stands still while the run is parked, and goes on when it is resumed', () => {
    const state = foldEvents([
      started,
      begun,
      at(3_000, 'run.parked', { reason: 'quota', detail: '' }),
      at(100_000, 'run.resumed', { owner: 'o', fence: 2 }),
      at(101_000, 'llm.requested', { ordinal: 1, requestHash: 'h' }, 'x'),
    ]);
    expect(worked(state, 104_000)).toEqual({ run: 7_000, execution: 5_000 });
  });

  it('ends with the last sign of life when the process died', () => {
    const state = foldEvents([
      started,
      begun,
      at(4_000, 'agent.progress', { message: 'm' }, 'x'),
      at(90_000, 'run.resumed', { owner: 'o', fence: 2 }),
    ]);
    expect(worked(state, 91_000)).toEqual({ run: 5_000, execution: 3_000 });
  });

  it('of an execution ends with it', () => {
    const state = foldEvents([started, begun, at(2_500, 'execution.completed', { output: {} }, 'x')]);
    expect(worked(state, 9_000)).toEqual({ run: 9_000, execution: 1_500 });
  });
});
