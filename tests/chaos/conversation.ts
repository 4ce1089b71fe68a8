import { createHash } from 'node:crypto';
import type { ModelRequest } from '@forge/testkit/model-server';

/** The same for the same call of the same conversation in every process: commits, which know the time, are left out. */
export function conversationOf({ system, messages }: ModelRequest): string {
  const text = JSON.stringify([system, messages]).replace(/\b[0-9a-f]{7,40}\b/g, 'commit');
  return createHash('sha256').update(text).digest('hex');
}
