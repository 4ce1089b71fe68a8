import type { ForgeEvent } from '@forge/plugin-api';

/** As much of an event as its type, phase and payload. */
export type Told = readonly [type: string, payload?: object, phase?: string];

/** The log of a run that tells these things, after its start. */
export function runOf(told: readonly Told[], started: object = {}): readonly ForgeEvent[] {
  const all: readonly Told[] = [['run.started', { recorded: false, ...started }], ...told];
  return all.map(
    ([type, payload = {}, phase], index) => ({ type, payload, phase, seq: index + 1 }) as unknown as ForgeEvent,
  );
}

export const worked: Told = ['phase.entered', { phase: 'implementation' }];
export const completed: Told = ['run.completed', { summary: '', proof: '' }];
export const failed: Told = ['run.failed', { code: 'TESTS_FAILED', message: '' }];

export function decided(decision: object): Told {
  return ['request.decided', { requestId: 'r', decision: { by: 'ada', channel: 'terminal', at: 1, ...decision } }];
}
