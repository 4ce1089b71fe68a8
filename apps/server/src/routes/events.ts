import { forgeError, z } from '@forge/plugin-api';
import { eventPageSchema } from '@forge/sdk';
import { upgradeWebSocket } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { WebSocket } from 'ws';
import type { ServerApp } from '../http/environment.ts';
import { answers, operation, problem } from '../http/operation.ts';
import { createSocketSubscriber } from '../streams/socket.ts';
import { createSseSubscriber } from '../streams/sse.ts';
import { limitOf, idParameter } from './query.ts';
import type { RouteDeps } from './route-deps.ts';

const seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const after = seq.default(0);

export function addEventRoutes(app: ServerApp, deps: RouteDeps): void {
  const { guard, runs, feeds, clock, streamLimits } = deps;
  app.openapi(
    createRoute({
      ...operation(guard, 'listEvents', 'read', 'Events of a run as they are stored, in order'),
      method: 'get',
      path: '/api/runs/{id}/events',
      request: { params: idParameter, query: z.object({ after, limit: limitOf(500, 1_000) }) },
      responses: answers(eventPageSchema, 'A page of events; `next` is the `after` of the page behind it'),
    }),
    async (context) => {
      const { id } = context.req.valid('param');
      const query = context.req.valid('query');
      const { forge } = await runs.locate(id);
      const events = await (await forge.store()).readEvents(id, query);
      const last = events.length === query.limit ? events.at(-1) : undefined;
      const page = { items: events, ...(last === undefined ? {} : { next: String(last.seq) }) };
      return context.json(page as z.output<typeof eventPageSchema>, 200);
    },
  );

  app.openapi(
    createRoute({
      ...operation(guard, 'streamEvents', 'read', 'Events of a run as they come, as server-sent events'),
      description:
        'Each event is a message with its seq as id; the last one has the type `end`. After a connection was lost, ' +
        '`Last-Event-ID` goes on behind the last event that was received. A reader that is too slow is cut off and ' +
        'comes back that way.',
      method: 'get',
      path: '/api/runs/{id}/events/stream',
      request: {
        params: idParameter,
        query: z.object({ after }),
        headers: z.object({ 'last-event-id': seq.optional() }),
      },
      responses: {
        200: { description: 'The stream', content: { 'text/event-stream': { schema: z.string() } } },
        default: problem,
      },
    }),
    async (context) => {
      const { id } = context.req.valid('param');
      const from = context.req.valid('header')['last-event-id'] ?? context.req.valid('query').after;
      const { incoming, outgoing } = context.env;
      if (incoming.method !== 'GET') throw forgeError('ROUTE_NOT_FOUND', `A stream takes GET, not ${incoming.method}`);
      await runs.locate(id);
      const subscriber = createSseSubscriber(outgoing, clock, streamLimits);
      feeds
        .follow(id, from, subscriber)
        .catch(() => {})
        // Without its last message the reader knows that it has to come back.
        .finally(() => outgoing.end());
      return RESPONSE_ALREADY_SENT as never;
    },
  );

  app.openapi(
    createRoute({
      ...operation(guard, 'socketEvents', 'read', 'Events of a run as they come, over a WebSocket'),
      description:
        'Each text message is an event; the last one is `{ "type": "end", … }`. After a connection was lost, `after` ' +
        'goes on behind the last event that was received. Browsers send the token as subprotocol `forge.token.<token>` ' +
        'beside `forge.events`.',
      method: 'get',
      path: '/api/runs/{id}/events/socket',
      request: { params: idParameter, query: z.object({ after }) },
      responses: { 101: { description: 'The WebSocket' }, default: problem },
    }),
    async (context, next) => {
      const { id } = context.req.valid('param');
      const { after: from } = context.req.valid('query');
      if (context.req.header('upgrade')?.toLowerCase() !== 'websocket')
        throw forgeError('USAGE', 'This is for WebSockets', { fix: `GET /api/runs/${id}/events/stream` });
      await runs.locate(id);
      const upgrade = upgradeWebSocket(() => ({
        onOpen(_, { raw }) {
          const socket = raw as unknown as WebSocket;
          feeds
            .follow(id, from, createSocketSubscriber(socket, clock, streamLimits))
            .catch(() => {})
            .finally(() => socket.close());
        },
      }));
      return (await upgrade(context as Context, next)) as never;
    },
  );
}
