import { join } from 'node:path';
import { createIds, findPlaces, systemRandom } from '@forge/core';
import {
  auditedTokens,
  createAuditLog,
  createStateFolder,
  createTokens,
  type StateFolder,
  type Tokens,
} from '@forge/server';
import type { CommandCall } from './command.ts';

/** Where the person's server keeps what it knows. */
export function serverFolderPath({ world, directory }: Pick<CommandCall, 'world' | 'directory'>): string {
  return join(findPlaces(directory, world.env).userState, 'server');
}

export function serverFolder(call: Pick<CommandCall, 'world' | 'directory'>): StateFolder {
  return createStateFolder(serverFolderPath(call));
}

/** Whoever makes or revokes one here is in the server's audit log, as in all else as the local user. */
export function serverTokens(call: Pick<CommandCall, 'world' | 'directory'>): Tokens {
  const { clock, userName } = call.world;
  const folder = serverFolder(call);
  // Files that have grown large are put aside, and in time removed, by the server.
  const kept = { bytes: Number.POSITIVE_INFINITY, days: Number.POSITIVE_INFINITY };
  const audit = createAuditLog(folder, { clock, newId: createIds(clock, systemRandom), ...kept });
  return auditedTokens(createTokens(folder, clock), audit, { id: 'local', name: userName });
}
