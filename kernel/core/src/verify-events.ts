import type { CheckpointVerification, Verification } from '@forge/engine';
import type { Checkpoint, ForgeEvent } from '@forge/plugin-api';

/** Is a run's log gapless, unchanged and in order? The engine, which knows, is loaded when it is asked. */
export async function verifyEvents(runId: string, events: readonly ForgeEvent[]): Promise<Verification> {
  const engine = await import('@forge/engine');
  return engine.verifyEvents(runId, events);
}

/** Is each checkpoint of a run the fold of its events? Those of other versions are not looked at. */
export async function verifyCheckpoints(
  events: readonly ForgeEvent[],
  checkpoints: readonly Checkpoint[],
  forgeVersion: string,
): Promise<CheckpointVerification> {
  const engine = await import('@forge/engine');
  return engine.verifyCheckpoints(events, checkpoints, forgeVersion);
}
