import type { StoredRequest } from '@forge/plugin-api';

/**
 * What an agent must not decide about its own run: approvals, and whether a deed was done that must not be done twice.
 * The other questions are about what is wanted, and whoever ordered the work may answer them.
 */
export function isForPeople({ kind, reason }: Pick<StoredRequest, 'kind' | 'reason'>): boolean {
  return kind === 'approval' || reason !== 'clarification';
}
