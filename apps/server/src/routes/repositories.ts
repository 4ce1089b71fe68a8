import { addRepositorySchema, repositoryPageSchema, repositorySchema } from '@forge/sdk';
import { createRoute } from '@hono/zod-openapi';
import { forgeError } from '@forge/plugin-api';
import type { ServerApp } from '../http/environment.ts';
import { answers, jsonBody, operation, problem } from '../http/operation.ts';
import { idParameter } from './query.ts';
import type { RouteDeps } from './route-deps.ts';

export function addRepositoryRoutes(app: ServerApp, { guard, repositories, hosts, runs }: RouteDeps): void {
  app.openapi(
    createRoute({
      ...operation(guard, 'listRepositories', 'read', 'Repositories in which runs may be started'),
      method: 'get',
      path: '/api/repositories',
      responses: answers(repositoryPageSchema, 'The repositories'),
    }),
    (context) => context.json({ items: [...repositories.list()] }, 200),
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'addRepository', 'admin', 'Let runs be started in a repository of this machine'),
      method: 'post',
      path: '/api/repositories',
      request: { body: jsonBody(addRepositorySchema) },
      responses: answers(repositorySchema, 'The repository'),
    }),
    async (context) => {
      const { path, id } = context.req.valid('json');
      return context.json(await repositories.add(path, id), 200);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'removeRepository', 'admin', 'Start no more runs there; its files and runs stay'),
      method: 'delete',
      path: '/api/repositories/{id}',
      request: { params: idParameter },
      responses: { 204: { description: 'It is removed' }, default: problem },
    }),
    async (context) => {
      const repository = repositories.find(context.req.valid('param').id);
      if (runs.hasWork(repository.id))
        throw forgeError('REPOSITORY_BUSY', `Runs of ${repository.id} are under way`, {
          fix: 'wait for them, or cancel them',
        });
      await repositories.remove(repository.id);
      await hosts.forget(repository);
      return context.body(null, 204);
    },
  );
}
