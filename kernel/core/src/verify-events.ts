import type { Verification } from '@forge/engine';
import type { ForgeEvent } from '@forge/plugin-api';

/** Is a run's log gapless, unchanged and in order? The engine, which knows, is loaded when it is asked. */
export async function verifyEvents(runId: string, events: readonly ForgeEvent[]): Promise<Verification> {
  const engine = await import('@forge/engine');
  return engine.verifyEvents(runId, events);
}
