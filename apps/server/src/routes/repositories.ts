import {
  addRepositorySchema,
  type ListedRepository,
  listedRepositorySchema,
  type Repository,
  repositoryPageSchema,
} from '@forge/sdk';
import { createRoute } from '@hono/zod-openapi';
import { forgeError } from '@forge/plugin-api';
import type { ServerApp } from '../http/environment.ts';
import { answers, jsonBody, operation, problem } from '../http/operation.ts';
import { idParameter } from './query.ts';
import type { RouteDeps } from './route-deps.ts';

export function addRepositoryRoutes(app: ServerApp, deps: RouteDeps): void {
  const { guard, repositories, clones, remotes, hosts, runs } = deps;
  const listed = (repository: Repository): ListedRepository => {
    const clone = clones.stateOf(repository);
    return { ...repository, ...(clone === undefined ? {} : { clone }) };
  };

  app.openapi(
    createRoute({
      ...operation(guard, 'listRepositories', 'read', 'Repositories in which runs may be started'),
      method: 'get',
      path: '/api/repositories',
      responses: answers(repositoryPageSchema, 'The repositories'),
    }),
    (context) => context.json({ items: repositories.list().map(listed) }, 200),
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'getRepository', 'read', 'One of them, and how far it is cloned'),
      method: 'get',
      path: '/api/repositories/{id}',
      request: { params: idParameter },
      responses: answers(listedRepositorySchema, 'The repository'),
    }),
    (context) => context.json(listed(repositories.find(context.req.valid('param').id)), 200),
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'addRepository', 'admin', 'Let runs be started in a repository: of this machine, or cloned'),
      method: 'post',
      path: '/api/repositories',
      request: { body: jsonBody(addRepositorySchema) },
      responses: answers(listedRepositorySchema, 'The repository; one with a url is cloned from now on'),
    }),
    async (context) => {
      const body = context.req.valid('json');
      if ('path' in body) return context.json(listed(await repositories.add(body.path, body.id)), 200);
      remotes.check(body.url);
      const repository = await repositories.addRemote(body.url, body.id);
      clones.begin(repository);
      return context.json(listed(repository), 200);
    },
  );
  app.openapi(
    createRoute({
      ...operation(
        guard,
        'removeRepository',
        'admin',
        'Start no more runs there; its files and runs stay, unless the server has cloned it',
      ),
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
      if (repository.url !== undefined) {
        await hosts.forget(repository);
        // Before its entry: what a crash leaves in between is known, and cloned again.
        await clones.remove(repository);
      }
      await repositories.remove(repository.id);
      await hosts.forget(repository);
      return context.body(null, 204);
    },
  );
}
