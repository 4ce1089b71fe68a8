import { forgeError, type Memory, type MemoryUpdate, memoryTypes, z } from '@forge/plugin-api';
import { memoryPageSchema, memoryUpdateSchema, recalledMemorySchema } from '@forge/sdk';
import { createRoute } from '@hono/zod-openapi';
import type { ServerApp } from '../http/environment.ts';
import { answers, jsonBody, operation, problem } from '../http/operation.ts';
import { limitOf, repositoryQuery, idParameter } from './query.ts';
import type { RouteDeps } from './route-deps.ts';

/** What was learned in a repository, and everywhere. */
export function addMemoryRoutes(app: ServerApp, { guard, repositories, hosts }: RouteDeps): void {
  const memoryOf = async (repository: string | undefined) => (await hosts.of(repositories.find(repository))).memory();

  async function found(repository: string | undefined, id: string): Promise<Memory> {
    const memory = await (await memoryOf(repository)).get(id);
    if (memory !== undefined) return memory;
    throw forgeError('MEMORY_NOT_FOUND', `There is no memory ${id} here`, {
      fix: 'see what there is: GET /api/memory',
    });
  }

  app.openapi(
    createRoute({
      ...operation(guard, 'searchMemory', 'read', 'What was learned about something, the nearest first'),
      method: 'get',
      path: '/api/memory',
      request: {
        query: repositoryQuery.extend({
          /** In words. Empty: the newest. */
          q: z.string().max(2_000).default(''),
          scope: z
            .string()
            .regex(/^(current|global|repo:.+)$/, 'expected current, global or repo:<id>')
            .default('current'),
          type: z.enum(memoryTypes).optional(),
          limit: limitOf(10),
        }),
      },
      responses: answers(memoryPageSchema, 'What fits'),
    }),
    async (context) => {
      const { repository, q, scope, type, limit } = context.req.valid('query');
      const query = { context: q, scope, limit, ...(type === undefined ? {} : { type }) };
      return context.json({ items: [...(await (await memoryOf(repository)).recall(query))] }, 200);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'getMemory', 'read', 'One memory'),
      method: 'get',
      path: '/api/memory/{id}',
      request: { params: idParameter, query: repositoryQuery },
      responses: answers(recalledMemorySchema, 'The memory'),
    }),
    async (context) =>
      context.json(await found(context.req.valid('query').repository, context.req.valid('param').id), 200),
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'editMemory', 'run', 'Correct a memory'),
      method: 'patch',
      path: '/api/memory/{id}',
      request: { params: idParameter, query: repositoryQuery, body: jsonBody(memoryUpdateSchema) },
      responses: answers(recalledMemorySchema, 'The memory as it is now'),
    }),
    async (context) => {
      const { repository } = context.req.valid('query');
      const { id } = await found(repository, context.req.valid('param').id);
      const changes = context.req.valid('json') as MemoryUpdate;
      return context.json(await (await memoryOf(repository)).update(id, changes), 200);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'forgetMemory', 'run', 'Remove a memory for good'),
      method: 'delete',
      path: '/api/memory/{id}',
      request: { params: idParameter, query: repositoryQuery },
      responses: { 204: { description: 'It cannot be recalled any more' }, default: problem },
    }),
    async (context) => {
      const { repository } = context.req.valid('query');
      const { id } = await found(repository, context.req.valid('param').id);
      await (await memoryOf(repository)).forget(id);
      return context.body(null, 204);
    },
  );
}
