import type { AutomationState, KnownTallies } from '@forge/engine';
import type { RunStore } from '@forge/plugin-api';

/** What those runs speak for, at the level in force. The engine, which knows, is loaded when it is asked. */
export async function automationOf(
  runs: Pick<RunStore, 'listRuns' | 'readEvents'>,
  level: number,
  known?: KnownTallies,
): Promise<AutomationState> {
  const { readAutomation } = await import('@forge/engine');
  return readAutomation(runs, level, known);
}
