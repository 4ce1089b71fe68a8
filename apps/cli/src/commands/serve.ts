import { configurationStamp, createIds, createRemotes, findPlaces, systemRandom } from '@forge/core';
import { startServer } from '@forge/server';
import { allowRulesOf } from '../allow-rules.ts';
import type { CommandCall, CommandEnd } from '../command.ts';
import { wantsTraces } from '../report-faults.ts';
import { serverFolderPath } from '../server-folder.ts';
import { createStderrLogger } from '../stderr-logger.ts';
import { openHere } from '../with-forge.ts';

interface Options {
  readonly port?: number;
  readonly host?: string;
  readonly allowHost?: readonly string[];
}

export default async function serve(call: CommandCall<Options>): Promise<CommandEnd> {
  const { world, options, printer, directory } = call;
  const settings = await settingsOf(call);
  const { host, port, allowHosts, runs, requestsPerMinute, auditMegabytes, auditDays } = settings;
  const { repository } = findPlaces(directory, world.env);
  // Nobody sits at a server: what it has to ask waits until somebody answers.
  const unattended = { ...call, global: { ...call.global, input: false } };
  const interrupted = Promise.withResolvers<void>();
  const stopInterrupts = world.onInterrupt(() => interrupted.resolve());
  const server = await startServer({
    stateFolder: serverFolderPath(call),
    host: options.host ?? host,
    port: options.port ?? port,
    allowedNames: [...allowHosts, ...(options.allowHost ?? [])],
    runs,
    requestsPerMinute,
    audit: { bytes: auditMegabytes * 1024 * 1024, days: auditDays },
    repositories: repository === undefined ? [] : [repository],
    userName: world.userName,
    version: world.version,
    pid: world.pid,
    processStart: world.processStart,
    openRepository: (directory, flags, state) =>
      openHere(withState(unattended, state), { directory, trust: false, ...(flags === undefined ? {} : { flags }) }),
    stampOf: (directory) => configurationStamp(directory, world.env),
    remotes: createRemotes(settings, { env: world.env, clock: world.clock }),
    allowRules: allowRulesOf(call).rules,
    clock: world.clock,
    newId: createIds(world.clock, systemRandom),
    log: createStderrLogger(call, wantsTraces(world)),
  });
  printer.print({ type: 'server', url: server.url, pid: world.pid }, () =>
    [
      `Forge serves at ${server.url}`,
      `  API reference   ${server.url}/docs`,
      `  Start a run     forge --server ${server.url} run "<task>"`,
      '  Ctrl-C ends it: runs park after their step, and go on with the next forge serve.',
    ].join('\n'),
  );
  await interrupted.promise;
  call.terminal.print('ending: runs finish the step they are in');
  try {
    await server.close();
  } finally {
    stopInterrupts();
  }
}

/** What the server has cloned keeps its runs elsewhere. */
function withState(call: CommandCall<Options>, state: string | undefined): CommandCall<Options> {
  if (state === undefined) return call;
  return { ...call, world: { ...call.world, env: { ...call.world.env, FORGE_HOME: state } } };
}

/** As configured where the person is. Code of this repository is trusted here or never: nobody can be asked later. */
async function settingsOf(call: CommandCall) {
  const forge = await openHere(call);
  await forge.close();
  return forge.config.server;
}
