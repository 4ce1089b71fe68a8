import { createAllowRules, openForge, systemClock, createIds, systemRandom } from '@forge/core';
import { startServer, type OpenRepository, type RunningServer } from '@forge/server';
import { fileURLToPath } from 'node:url';
import { repository, subjectEnvironment, temporaryFolder } from '../places.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const pluginFolder = fileURLToPath(new URL('../../../../plugins/', import.meta.url));

export const realRepository: OpenRepository = (cwd) =>
  openForge({
    cwd,
    env: subjectEnvironment('http://127.0.0.1:9'),
    pluginFolders: [pluginFolder],
    interaction: { interactive: false, ask: async () => undefined },
    log: silent,
    forgeVersion: '0.0.0',
    clock: systemClock,
  });

/** A server that asks nobody anything, with one repository. */
export function startQuietServer(openRepository: OpenRepository): Promise<RunningServer> {
  const newId = createIds(systemClock, systemRandom);
  return startServer({
    stateFolder: temporaryFolder(),
    host: '127.0.0.1',
    port: 0,
    allowedNames: [],
    runs: 1,
    requestsPerMinute: 1e9,
    audit: { bytes: 10_000_000, days: 365 },
    repositories: [repository(1)],
    userName: 'bench',
    version: '0.0.0',
    pid: process.pid,
    processStart: () => undefined,
    openRepository,
    stampOf: () => 'as it is',
    remotes: { check: noClones, follow: noClones, push: noClones },
    clock: systemClock,
    newId,
    allowRules: createAllowRules(temporaryFolder(), { clock: systemClock, newId }),
    log: silent,
  });
}

function noClones(): never {
  throw new Error('Nothing is cloned here');
}
