import { hash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { AllowRules, Remotes } from '@forge/core';
import type { Clock, Logger } from '@forge/plugin-api';
import { createAdaptorServer, type WebSocketServerLike } from '@hono/node-server';
import { WebSocketServer } from 'ws';
import { createAuditLog } from './audit-log.ts';
import { createClones } from './clones.ts';
import { createRateLimit } from './auth/rate-limit.ts';
import { createTokens, withLocalToken } from './auth/tokens.ts';
import { createHosts, type OpenRepository } from './hosts.ts';
import { createApp } from './http/create-app.ts';
import { createGuard } from './http/operation.ts';
import { createMetrics } from './metrics.ts';
import { createRepositories } from './repositories.ts';
import { addAllowRoutes } from './routes/allow.ts';
import { addCatalogRoutes } from './routes/catalog.ts';
import { addDecideRoutes } from './routes/decide.ts';
import { addEventRoutes } from './routes/events.ts';
import { addMemoryRoutes } from './routes/memory.ts';
import { addReferenceRoutes } from './routes/reference.ts';
import { addRepositoryRoutes } from './routes/repositories.ts';
import { addRequestRoutes } from './routes/requests.ts';
import type { RouteDeps } from './routes/route-deps.ts';
import { addRunRoutes } from './routes/runs.ts';
import { addServiceRoutes } from './routes/service.ts';
import { addWebhookRoutes } from './routes/webhooks.ts';
import { createIdempotency } from './runs/idempotency.ts';
import { createRunQueue } from './runs/run-queue.ts';
import { createRunService } from './runs/run-service.ts';
import { watchDeadlines } from './runs/watch-deadlines.ts';
import { createWorkFiles } from './runs/work-files.ts';
import { checkBind, listen } from './listen.ts';
import { claimServer, type ProcessStart } from './state/server-file.ts';
import { createStateFolder } from './state/state-folder.ts';
import { createFeeds } from './streams/feeds.ts';
import { mostWaiting } from './streams/sse.ts';

export interface ServerOptions {
  /** Absolute: where the server keeps tokens, repositories, its queue and the audit log. */
  readonly stateFolder: string;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** Names under which it may be called, beside addresses and localhost. */
  readonly allowedNames: readonly string[];
  /** Runs at once. */
  readonly runs: number;
  readonly requestsPerMinute: number;
  /** How large a file of the audit log may be, and how many days the earlier ones are kept. */
  readonly audit: { readonly bytes: number; readonly days: number };
  /** Repositories to register, beside those that are known. */
  readonly repositories: readonly string[];
  /** Of the person who starts it: the actor of the local token. */
  readonly userName: string;
  readonly version: string;
  readonly pid: number;
  readonly processStart: ProcessStart;
  readonly openRepository: OpenRepository;
  /** Changes with the configuration of a repository: the next run opens it anew. */
  stampOf(directory: string): string;
  /** The way to repositories that are cloned. */
  readonly remotes: Remotes;
  /** What the person has allowed beforehand. */
  readonly allowRules: AllowRules;
  readonly clock: Clock;
  newId(): string;
  readonly log: Logger;
  /** Bytes that may wait for a reader of events before it is cut off. Default 4 MB. */
  readonly mostWaiting?: number;
}

export interface RunningServer {
  readonly url: string;
  /** Of the person who started it. */
  readonly token: string;
  /** Takes nothing new, lets runs end their step and park, closes all connections. Repeating waits for the same. */
  close(): Promise<void>;
}

/**
 * Starts the HTTP API. Rejects with SERVER_RUNNING, SERVER_UNSAFE when others could reach it and there is no token for
 * them, and SERVER_ADDRESS.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { clock, log, newId, version, pid } = options;
  const folder = createStateFolder(options.stateFolder);
  const kept = createTokens(folder, clock);
  checkBind(options.host, await kept.list(), clock.now());
  const { token, tokens } = withLocalToken(kept, options.userName);
  const claim = await claimServer(folder, options);

  const repositories = createRepositories(folder, clock);
  const hosts = createHosts({
    open: options.openRepository,
    stampOf: options.stampOf,
    clock,
    onFault: (error) => log.warn('a host could not be closed', { error: String(error) }),
  });
  const clones = createClones({ remotes: options.remotes, clock });
  const files = createWorkFiles(folder, { clock, log });
  const queue = createRunQueue({ hosts, repositories, clones, files, clock, log, most: options.runs });
  const idempotency = createIdempotency(folder, clock);
  const runs = createRunService({ repositories, hosts, clones, queue, idempotency, clock, newId });
  const feeds = createFeeds({ runs, hosts, queue, clock });
  const audit = createAuditLog(folder, { clock, newId, ...options.audit });
  const metrics = createMetrics({ runs: queue.counts, followers: feeds.followers });
  let ending: Promise<void> | undefined;

  const app = createApp({
    log,
    metrics,
    tokens,
    requests: createRateLimit(clock, options.requestsPerMinute),
    allowedNames: options.allowedNames,
  });
  const deps: RouteDeps = {
    guard: createGuard(audit),
    runs,
    feeds,
    hosts,
    repositories,
    clones,
    remotes: options.remotes,
    allowRules: options.allowRules,
    audit,
    tokens,
    metrics,
    clock,
    streamLimits: { mostWaiting: options.mostWaiting ?? mostWaiting, onDropped: metrics.dropped },
    info: { version, pid, startedAt: clock.now() },
    isReady: () => ending === undefined,
  };
  for (const add of routes) add(app, deps);
  addReferenceRoutes(app, version, (text) => hash('sha256', text, 'base64'));

  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 64 * 1024,
    handleProtocols: (offered) => (offered.has('forge.events') ? 'forge.events' : false),
  });
  const server = createAdaptorServer({ fetch: app.fetch, websocket: { server: sockets as WebSocketServerLike } });

  const over = new AbortController();
  let watching: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    over.abort();
    server.close();
    await watching;
    await clones.close();
    await queue.close();
    for (const socket of sockets.clients) socket.terminate();
    if ('closeAllConnections' in server) server.closeAllConnections();
    await hosts.close().finally(() => claim.release());
  };

  try {
    for (const path of options.repositories) await repositories.add(path);
    // What was being cloned when an earlier process ended is cloned now.
    for (const repository of repositories.list()) clones.begin(repository);
    await idempotency.prune();
    // Before anybody can ask: what waits for its turn must not look as if nobody had it.
    await queue.recover();
    await listen(server, options.host, options.port);
    const { port } = server.address() as AddressInfo;
    const url = `http://${options.host.includes(':') ? `[${options.host}]` : reachable(options.host)}:${port}`;
    await claim.announce({ url, token });
    queue.begin();
    watching = watchDeadlines({ repositories, hosts, runs, clock, log, signal: over.signal });
    hosts.serveWebhooks(repositories.list());
    return { url, token, close: () => (ending ??= stop()) };
  } catch (error) {
    await stop();
    throw error;
  }
}

const routes: readonly ((app: ReturnType<typeof createApp>, deps: RouteDeps) => void)[] = [
  addServiceRoutes,
  addRunRoutes,
  addEventRoutes,
  addRequestRoutes,
  addAllowRoutes,
  addMemoryRoutes,
  addRepositoryRoutes,
  addCatalogRoutes,
  addWebhookRoutes,
  addDecideRoutes,
];

function reachable(host: string): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host;
}
