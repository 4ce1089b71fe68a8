import { allowRulePageSchema, addAllowRuleSchema } from '@forge/sdk';
import { allowRuleSchema } from '@forge/plugin-api';
import { createRoute } from '@hono/zod-openapi';
import type { ServerApp } from '../http/environment.ts';
import { answers, jsonBody, operation, problem } from '../http/operation.ts';
import { idParameter } from './query.ts';
import type { RouteDeps } from './route-deps.ts';

/** Rules that allow without asking. To make one is to say yes to what nobody has seen yet: only admins may. */
export function addAllowRoutes(app: ServerApp, { guard, allowRules, repositories, clock }: RouteDeps): void {
  app.openapi(
    createRoute({
      ...operation(guard, 'listAllowRules', 'read', 'What is allowed without asking, oldest rule first'),
      method: 'get',
      path: '/api/allow',
      responses: answers(allowRulePageSchema, 'The rules that hold'),
    }),
    (context) => context.json({ items: [...allowRules.list()] }, 200),
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'addAllowRule', 'admin', 'Allow beforehand what would be asked'),
      method: 'post',
      path: '/api/allow',
      request: { body: jsonBody(addAllowRuleSchema) },
      responses: answers(allowRuleSchema, 'The rule'),
    }),
    (context) => {
      const { gate, paths, repository, everywhere, days } = context.req.valid('json');
      const rule = allowRules.add({
        gate,
        by: context.get('actor').name,
        ...(paths === undefined ? {} : { paths }),
        ...(everywhere ? {} : { repository: repositories.find(repository).path }),
        ...(days === undefined ? {} : { expiresAt: clock.now() + days * 24 * 3_600_000 }),
      });
      return context.json(rule, 200);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'revokeAllowRule', 'approve', 'End a rule, from the next request on'),
      method: 'delete',
      path: '/api/allow/{id}',
      request: { params: idParameter },
      responses: { 204: { description: 'It does not hold any more' }, default: problem },
    }),
    (context) => {
      allowRules.revoke(context.req.valid('param').id);
      return context.body(null, 204);
    },
  );
}
