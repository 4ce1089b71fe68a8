import { join } from 'node:path';
import { findPlaces } from '@forge/core';
import { createStateFolder, createTokens, type StateFolder, type Tokens } from '@forge/server';
import type { CommandCall } from './command.ts';

/** Where the person's server keeps what it knows. */
export function serverFolderPath({ world, directory }: Pick<CommandCall, 'world' | 'directory'>): string {
  return join(findPlaces(directory, world.env).userState, 'server');
}

export function serverFolder(call: Pick<CommandCall, 'world' | 'directory'>): StateFolder {
  return createStateFolder(serverFolderPath(call));
}

export function serverTokens(call: Pick<CommandCall, 'world' | 'directory'>): Tokens {
  return createTokens(serverFolder(call), call.world.clock);
}
