import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type AgentPlace, type Clock, forgeError, type WorkerCommand } from '@forge/plugin-api';

export const workerEntry = fileURLToPath(new URL('../../../../apps/worker/src/main.worker.ts', import.meta.url));

const pluginFolder = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/** Processes live in real time. */
export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    sleep(milliseconds, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      throw signal?.aborted === true ? signal.reason : error;
    }),
};

/** Places of the agents of one plugin among the fixtures. */
export function placesIn(plugin: string, agents: readonly string[]) {
  return async (agent: string): Promise<AgentPlace> => {
    if (!agents.includes(agent)) throw forgeError('CONTRIBUTION_NOT_FOUND', `There is no agent "${agent}"`);
    return { agent, plugin, folder: pluginFolder(plugin), origin: 'default', options: {}, variables: {} };
  };
}

/** The real worker from its source, in a folder of its own. */
export function realWorker(): { readonly command: WorkerCommand; remove(): void } {
  const cwd = mkdtempSync(join(tmpdir(), 'forge-worker-test-'));
  const compiled = fileURLToPath(new URL('../../../../node_modules/.cache/compiled/', import.meta.url));
  const args = ['--conditions=@forge/source', '--disable-warning=ExperimentalWarning', workerEntry];
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, TMPDIR: cwd, NODE_COMPILE_CACHE: compiled };
  return {
    command: { file: process.execPath, args, cwd, env },
    remove: () => rmSync(cwd, { recursive: true, force: true, maxRetries: 3 }),
  };
}
