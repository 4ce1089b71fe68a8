import type { ErrorCode, EventPayload, ForgeError } from '@forge/plugin-api';

export type ParkReason = EventPayload<'run.parked'>['reason'];

/** Ends after which the run can go on from where it is. */
const parkings: Partial<Record<ErrorCode, ParkReason>> = {
  STOPPED: 'stopped',
  WAITING_FOR_PERSON: 'approval',
  OUTCOME_UNKNOWN: 'outcome-unknown',
  WAITING_FOR_QUOTA: 'quota',
  BREAKER_COST: 'budget',
  BREAKER_TOKENS: 'budget',
  BREAKER_ITERATIONS: 'budget',
  BREAKER_TOOL_CALLS: 'budget',
  BREAKER_TIME: 'budget',
  DISK_FULL: 'disk-full',
  RECOVERY_LIMIT: 'recovery-limit',
};

/** Why the run parks with that error; undefined when it fails. */
export function parkingOf(fault: ForgeError): ParkReason | undefined {
  const data = fault.details.data;
  const isQuestion = typeof data === 'object' && data !== null && 'reason' in data && data.reason === 'question';
  return isQuestion && fault.code === 'WAITING_FOR_PERSON' ? 'question' : parkings[fault.code];
}
