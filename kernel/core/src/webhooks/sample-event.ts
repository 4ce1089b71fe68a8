import type { ForgeEvent, RunRecord } from '@forge/plugin-api';

/** What a webhook is tried with. It belongs to no run. */
export function sampleEvent(id: string, now: number, repository: string): { event: ForgeEvent; run: RunRecord } {
  const event = {
    id,
    traceId: id,
    seq: 1,
    timestamp: now,
    type: 'run.completed',
    source: 'forge webhook test',
    payload: { summary: 'This is a test: no run has ended.', proof: '' },
    fence: 0,
    previousHash: '',
    hash: '',
  } as const;
  const run: RunRecord = {
    id,
    task: 'Test of a webhook',
    repository,
    status: 'completed',
    branch: '',
    costUsd: 0,
    tokens: 0,
    createdAt: now,
    updatedAt: now,
    lastSeq: 1,
    lastHash: '',
    stopRequested: false,
  };
  return { event, run };
}
