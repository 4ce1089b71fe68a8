import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configurationStamp, createAllowRules, createRemotes, openForge, systemClock } from '@forge/core';
import type { ConfigLayer } from '@forge/plugin-api';
import { createForgeClient, type ForgeClient } from '@forge/sdk';
import { answer, byAgent, byTurn, callTool, type ScriptFunction, startModelServer } from '@forge/testkit/model-server';
import { onTestFinished } from 'vitest';
import { type RunningServer, type ServerOptions, startServer } from '../../src/index.ts';
import { temporaryFolder, temporaryRepository } from './place.ts';

const pluginFolder = fileURLToPath(new URL('../../../../plugins/', import.meta.url));

export const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** One task, one file, a reviewer who has nothing to say. */
export const greeting: ScriptFunction = byAgent({
  planner: byTurn([
    answer({
      summary: 'Write a greeting',
      assessment: { score: 0.9, gaps: [] },
      assumptions: [],
      tasks: [
        { id: 'greeting', title: 'Write it', goal: 'Write greeting.js', files: [], dependencies: [], acceptance: [] },
      ],
    }),
  ]),
  implementer: byTurn([
    callTool('fs_write', { path: 'greeting.js', content: 'export const greeting = "hello";\n' }),
    answer({ summary: 'wrote it', commit: { type: 'feat', subject: 'add a greeting' } }),
  ]),
  reviewer: byTurn([answer({ approved: true, findings: [] })]),
});

export interface ServerWorld {
  readonly server: RunningServer;
  readonly client: ForgeClient;
  readonly repository: string;
  readonly stateFolder: string;
  readonly modelServer: Awaited<ReturnType<typeof startModelServer>>;
  clientWith(token: string | undefined): ForgeClient;
  /** A request as it stands, with the local token unless another one is given. */
  ask(
    path: string,
    init?: Omit<RequestInit, 'headers'> & {
      readonly headers?: Record<string, string>;
      readonly token?: string | undefined;
    },
  ): Promise<Response>;
  /** The kernel of the repository in a process that has nothing to do with the server, as it were. */
  openRepository(): ReturnType<ServerOptions['openRepository']>;
  /** The same server again, as after a restart. */
  restart(more?: Partial<ServerOptions>): Promise<ServerWorld>;
}

export interface WorldOptions extends Partial<ServerOptions> {
  readonly script?: ScriptFunction;
  readonly flags?: ConfigLayer;
  /** More of the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of what may be cloned. */
  readonly cloneSettings?: Partial<CloneSettings>;
}

type CloneSettings = Parameters<typeof createRemotes>[0];
const cloning: CloneSettings = {
  cloneProtocols: ['https', 'ssh'],
  privateCloneHosts: [],
  cloneCredentials: [],
  cloneMinutes: 15,
  cloneMegabytes: 100,
};

/** A real server with the real kernel and plugins, one repository, and a scripted model. */
export async function startWorld({
  script = greeting,
  flags,
  env: moreEnv = {},
  cloneSettings = {},
  ...more
}: WorldOptions = {}): Promise<ServerWorld> {
  const modelServer = await startModelServer({ script });
  onTestFinished(() => modelServer.close());
  const repository = temporaryRepository();
  const home = temporaryFolder();
  const stateFolder = join(temporaryFolder(), 'server');
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    ANTHROPIC_BASE_URL: modelServer.url,
    ANTHROPIC_API_KEY: 'sk-ant-server-canary-0123456789',
    ...moreEnv,
  };
  const options: ServerOptions = {
    stateFolder,
    host: '127.0.0.1',
    port: 0,
    allowedNames: [],
    runs: 2,
    requestsPerMinute: 1e9,
    audit: { bytes: 10_000_000, days: 365 },
    repositories: [repository],
    userName: 'person',
    version: '0.0.0',
    pid: process.pid,
    processStart: () => undefined,
    openRepository: (cwd, runFlags, state) =>
      openForge({
        cwd,
        env: { ...env, ...(state === undefined ? {} : { FORGE_HOME: state }) },
        flags: { ...flags, ...runFlags },
        pluginFolders: [pluginFolder],
        interaction: { interactive: false, ask: async () => undefined },
        log: silent,
        forgeVersion: '0.0.0',
        clock: systemClock,
      }),
    stampOf: (directory) => configurationStamp(directory, env),
    remotes: createRemotes({ ...cloning, ...cloneSettings }, { env, clock: systemClock }),
    allowRules: createAllowRules(join(home, '.local/state/forge'), { clock: systemClock, newId: newUlid }),
    clock: systemClock,
    newId: newUlid,
    log: silent,
    ...more,
  };
  return startAs(options, { repository, stateFolder, modelServer });
}

async function startAs(
  options: ServerOptions,
  world: Pick<ServerWorld, 'repository' | 'stateFolder' | 'modelServer'>,
): Promise<ServerWorld> {
  const server = await startServer(options);
  onTestFinished(() => server.close());
  const clientWith = (token: string | undefined) => createForgeClient({ url: server.url, token });
  return {
    ...world,
    server,
    client: clientWith(server.token),
    clientWith,
    ask(path, { token = server.token, headers, ...init } = {}) {
      return fetch(`${server.url}${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...headers } });
    },
    openRepository: () => options.openRepository(world.repository, undefined, undefined),
    restart: (more) => startAs({ ...options, ...more }, world),
  };
}

let ids = 0;

/** In the order in which they are made. */
function newUlid(): string {
  ids += 1;
  return `01K${ids.toString(32).toUpperCase().padStart(10, '0')}${randomBytes(8).toString('hex').slice(0, 13).toUpperCase()}`;
}
