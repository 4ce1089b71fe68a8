import { forgeError, type RunRecord, type RunStore } from '@forge/plugin-api';

export async function knownRun(store: RunStore, runId: string): Promise<RunRecord> {
  const record = await store.getRun(runId);
  if (record !== undefined) return record;
  throw forgeError('RUN_NOT_FOUND', `There is no run ${runId} here`, { fix: 'forge runs lists them' });
}
