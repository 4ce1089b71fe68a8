import { forgeError, isForgeError, type Logger } from '@forge/plugin-api';
import { OpenAPIHono } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import { routePath } from 'hono/route';
import type { RateLimit } from '../auth/rate-limit.ts';
import { checkSameSite } from '../auth/same-site.ts';
import { refused, type Tokens } from '../auth/tokens.ts';
import type { Metrics } from '../metrics.ts';
import type { ServerApp, ServerEnvironment } from './environment.ts';
import { limitBody } from './limit-body.ts';
import { problemOf, problemResponse } from './problem.ts';
import { zodFaults } from './zod-faults.ts';

export interface AppDeps {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tokens: Tokens;
  /** For each token, and for each address that has no good one. */
  readonly requests: RateLimit;
  /** Names under which the server may be called, beside addresses and localhost. */
  readonly allowedNames: readonly string[];
}

/** All that may be had without a token. Everything else takes one, whether there is a route or not. */
const open = new Set(['/health', '/ready', '/openapi.json', '/docs', '/docs/swagger-ui.css', '/docs/swagger-ui.js']);

/** Their addresses hold what lets somebody in. */
const decisionPage = /^\/decide\/[\w.-]+$/;

/** The app without its routes: who may come in, how large what they bring may be, and what they hear when it fails. */
export function createApp({ log, metrics, tokens, requests, allowedNames }: AppDeps): ServerApp {
  const app: ServerApp = new OpenAPIHono<ServerEnvironment>({
    defaultHook: (result) => {
      if (!result.success) throw zodFaults(result.error);
    },
  });

  app.onError((error) => {
    if (error instanceof HTTPException) {
      const fault = forgeError('INPUT_INVALID', error.message || 'The request cannot be read', {
        fix: 'send JSON as the API reference has it: /docs',
      });
      return problemResponse(problemOf(fault, error.status));
    }
    if (isForgeError(error) || error.name === 'ForgeFaults') return problemResponse(problemOf(error));
    // What broke may say too much.
    log.error('a request failed', { error: error.stack ?? String(error) });
    return problemResponse(
      problemOf(
        forgeError('INTERNAL', 'Something broke inside the server', { fix: 'look at what the server printed' }),
      ),
    );
  });
  app.notFound(({ req }) =>
    problemResponse(
      problemOf(
        forgeError('ROUTE_NOT_FOUND', `There is no ${req.method} ${req.path}`, {
          fix: 'see what there is: /docs, or /openapi.json',
        }),
      ),
    ),
  );

  app.use(async (context, next) => {
    const end = metrics.request();
    await next();
    context.res.headers.set('x-content-type-options', 'nosniff');
    end({ method: context.req.method, route: routePath(context, -1), status: String(context.res.status) });
  });

  app.use(async (context, next) => {
    const { req, env } = context;
    const address = env.incoming.socket.remoteAddress ?? '';
    // A person comes to such a page from wherever the message is read; deciding there takes what all changes take.
    const isPage = decisionPage.test(req.path);
    checkSameSite(req, allowedNames, { fromAnywhere: isPage && req.method === 'GET' });
    if (isPage || open.has(req.path)) {
      requests.take(address);
      return next();
    }
    try {
      context.set('actor', tokens.actorOf(tokenIn(req)));
    } catch (error) {
      requests.take(address);
      throw error;
    }
    requests.take(context.get('actor').id);
    await next();
  });

  const limit = limitBody();
  app.use((context, next) => (/^(GET|HEAD)$/.test(context.req.method) ? next() : limit(context, next)));
  return app;
}

/** Of the header; for WebSockets of browsers, which cannot send it, of the subprotocol `forge.token.<token>`. */
function tokenIn(req: { header(name: string): string | undefined }): string {
  const bearer = /^Bearer (\S+)$/i.exec(req.header('authorization') ?? '')?.[1];
  const protocol = /(?:^|,)\s*forge\.token\.([\w-]+)\s*(?:,|$)/.exec(req.header('sec-websocket-protocol') ?? '')?.[1];
  const token = bearer ?? protocol;
  if (token === undefined) throw refused('the request has none');
  return token;
}
