import { z } from '@forge/plugin-api';
import {
  apiRunStatuses,
  diffSchema,
  pushedSchema,
  forkRunSchema,
  resumeRunSchema,
  runDetailSchema,
  runPageSchema,
  startRunSchema,
} from '@forge/sdk';
import { createRoute } from '@hono/zod-openapi';
import type { ServerApp } from '../http/environment.ts';
import { accepted, answers, jsonBody, operation } from '../http/operation.ts';
import { idParameter, idQuery, limitOf, listOf, repositoryQuery } from './query.ts';
import type { RouteDeps } from './route-deps.ts';

export function addRunRoutes(app: ServerApp, { guard, runs }: RouteDeps): void {
  app.openapi(
    createRoute({
      ...operation(guard, 'startRun', 'run', 'Start a run: from a task to a branch'),
      method: 'post',
      path: '/api/runs',
      request: {
        headers: z.object({ 'idempotency-key': z.string().min(1).max(255).optional() }),
        body: jsonBody(startRunSchema),
      },
      responses: accepted(runDetailSchema, 'The run: begun, or queued when the server has no room for it yet'),
    }),
    async (context) => {
      const key = context.req.valid('header')['idempotency-key'];
      const run = await runs.start(context.req.valid('json'), context.get('actor'), key);
      return context.json(run, 202, { location: `/api/runs/${run.id}` });
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'listRuns', 'read', 'Runs of all repositories, newest first'),
      method: 'get',
      path: '/api/runs',
      request: {
        query: repositoryQuery.extend({
          status: listOf(z.enum(apiRunStatuses)),
          limit: limitOf(20),
          /** `next` of the page before. */
          cursor: idQuery,
        }),
      },
      responses: answers(runPageSchema, 'A page of runs'),
    }),
    async (context) => context.json(await runs.list(context.req.valid('query')), 200),
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'getRun', 'read', 'One run'),
      method: 'get',
      path: '/api/runs/{id}',
      request: { params: idParameter },
      responses: answers(runDetailSchema, 'The run'),
    }),
    async (context) => context.json(await runs.get(context.req.valid('param').id), 200),
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'cancelRun', 'run', 'Let a run end its step and stop; it can be resumed'),
      method: 'post',
      path: '/api/runs/{id}/cancel',
      request: { params: idParameter },
      responses: accepted(runDetailSchema, 'The run, which stops after its step'),
    }),
    async (context) => context.json(await runs.cancel(context.req.valid('param').id), 202),
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'resumeRun', 'run', 'Go on with a run that stopped, waits, or failed'),
      method: 'post',
      path: '/api/runs/{id}/resume',
      request: { params: idParameter, body: jsonBody(resumeRunSchema) },
      responses: accepted(runDetailSchema, 'The run: it goes on, or is queued'),
    }),
    async (context) => {
      const run = await runs.resume(context.req.valid('param').id, context.req.valid('json'), context.get('actor'));
      return context.json(run, 202);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'forkRun', 'run', 'Start a new run from any point of another'),
      method: 'post',
      path: '/api/runs/{id}/fork',
      request: { params: idParameter, body: jsonBody(forkRunSchema) },
      responses: accepted(runDetailSchema, 'The new run: begun, or queued'),
    }),
    async (context) => {
      const run = await runs.fork(context.req.valid('param').id, context.req.valid('json'), context.get('actor'));
      return context.json(run, 202, { location: `/api/runs/${run.id}` });
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'discardRun', 'run', 'End a run for good and remove its workspaces; its log stays'),
      method: 'post',
      path: '/api/runs/{id}/discard',
      request: { params: idParameter },
      responses: answers(runDetailSchema, 'The run'),
    }),
    async (context) => {
      const run = await runs.discard(context.req.valid('param').id, context.get('actor').name);
      return context.json(run, 200);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'pushRun', 'approve', 'Push what a run delivered to where its repository was cloned from'),
      method: 'post',
      path: '/api/runs/{id}/push',
      request: { params: idParameter },
      responses: answers(pushedSchema, 'The branch is there'),
    }),
    async (context) => context.json(await runs.push(context.req.valid('param').id), 200),
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'getDiff', 'read', 'What a run changed, as a unified diff'),
      method: 'get',
      path: '/api/runs/{id}/diff',
      request: { params: idParameter },
      responses: answers(diffSchema, 'The diff'),
    }),
    async (context) => {
      const { id } = context.req.valid('param');
      return context.json({ runId: id, diff: await runs.diff(id) }, 200);
    },
  );
}
