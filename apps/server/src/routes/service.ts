import { z } from '@forge/plugin-api';
import { auditPageSchema, serverInfoSchema } from '@forge/sdk';
import { createRoute } from '@hono/zod-openapi';
import type { ServerApp } from '../http/environment.ts';
import { answers, operation, problem } from '../http/operation.ts';
import { limitOf } from './query.ts';
import type { RouteDeps } from './route-deps.ts';

const wordSchema = z.object({ status: z.enum(['ok', 'ending']) });

/** The server itself: is it there, what does it do, who changed what. */
export function addServiceRoutes(app: ServerApp, { guard, audit, metrics, info, isReady }: RouteDeps): void {
  const open = { security: [] as Record<string, string[]>[], method: 'get' } as const;
  app.openapi(
    createRoute({
      ...open,
      operationId: 'health',
      summary: 'The process is alive',
      path: '/health',
      responses: answers(wordSchema, 'It is'),
    }),
    (context) => context.json({ status: 'ok' as const }, 200),
  );
  app.openapi(
    createRoute({
      ...open,
      operationId: 'ready',
      summary: 'New runs are taken on',
      path: '/ready',
      responses: { ...answers(wordSchema, 'They are'), 503: { description: 'The server ends' } },
    }),
    (context) => (isReady() ? context.json({ status: 'ok' as const }, 200) : context.json({ status: 'ending' }, 503)),
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'getServer', 'read', 'Which server this is'),
      method: 'get',
      path: '/api/server',
      responses: answers(serverInfoSchema, 'Version, process and start'),
    }),
    (context) => context.json(info, 200),
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'listAudit', 'admin', 'Who changed what, newest first'),
      method: 'get',
      path: '/api/audit',
      request: { query: z.object({ limit: limitOf(100) }) },
      responses: answers(auditPageSchema, 'Two records for each change: asked, and how it ended'),
    }),
    async (context) => context.json({ items: [...(await audit.read(context.req.valid('query').limit))] }, 200),
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'getMetrics', 'read', 'Figures in the format of Prometheus'),
      method: 'get',
      path: '/metrics',
      responses: {
        200: { description: 'The figures', content: { 'text/plain': { schema: z.string() } } },
        default: problem,
      },
    }),
    async (context) => context.text(await metrics.text(), 200, { 'content-type': metrics.contentType }),
  );
}
