import type { WebhookReport, Webhooks } from '@forge/core';
import { forgeError } from '@forge/plugin-api';
import {
  type ApiWebhook,
  createdWebhookSchema,
  createWebhookSchema,
  deliveryPageSchema,
  deliveryStateSchema,
  disableWebhookSchema,
  replayedSchema,
  replaySchema,
  testedSchema,
  webhookPageSchema,
  webhookSchema,
} from '@forge/sdk';
import { createRoute } from '@hono/zod-openapi';
import type { ServerApp } from '../http/environment.ts';
import { answers, jsonBody, operation, problem } from '../http/operation.ts';
import { idParameter, limitOf, repositoryQuery } from './query.ts';
import type { RouteDeps } from './route-deps.ts';

/** Who is told of events. They may be made here with a declarative transform alone: no request brings code. */
export function addWebhookRoutes(app: ServerApp, { guard, repositories, hosts }: RouteDeps): void {
  async function webhooksOf(wanted: string | undefined): Promise<{ webhooks: Webhooks; repositoryId: string }> {
    const repository = repositories.find(wanted);
    return { webhooks: (await hosts.of(repository)).webhooks, repositoryId: repository.id };
  }
  const shown = (report: WebhookReport, repositoryId: string): ApiWebhook => {
    const { url, missing, events, ...rest } = report;
    const known = url === undefined ? {} : { url };
    return { ...rest, ...known, missing: [...missing], events: [...events], repositoryId };
  };
  const at = (path: string) => ({
    path: `/api/webhooks/{id}${path}` as const,
    request: { params: idParameter, query: repositoryQuery },
  });

  app.openapi(
    createRoute({
      ...operation(guard, 'listWebhooks', 'read', 'Who is told of events, and how much they have been told'),
      method: 'get',
      path: '/api/webhooks',
      request: { query: repositoryQuery },
      responses: answers(webhookPageSchema, 'The webhooks of the repository'),
    }),
    async (context) => {
      const { webhooks, repositoryId } = await webhooksOf(context.req.valid('query').repository);
      return context.json({ items: (await webhooks.list()).map((one) => shown(one, repositoryId)) }, 200);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'createWebhook', 'admin', 'Tell another server what happens in a repository from now on'),
      method: 'post',
      path: '/api/webhooks',
      request: { body: jsonBody(createWebhookSchema) },
      responses: answers(createdWebhookSchema, 'The webhook, and the secret that signs, which is shown this once'),
    }),
    async (context) => {
      const { repository, id, use, headers, transform, ...rest } = context.req.valid('json');
      const { webhooks, repositoryId } = await webhooksOf(repository);
      const made = await webhooks.create({
        ...rest,
        ...(id === undefined ? {} : { id }),
        ...(use === undefined ? {} : { use }),
        ...(headers === undefined ? {} : { headers }),
        ...(transform === undefined ? {} : { transform }),
      });
      return context.json({ ...shown(made, repositoryId), secret: await webhooks.secretOf(made.id) }, 200);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'deliverWebhooks', 'admin', 'Try now what is due, instead of at its time'),
      method: 'post',
      path: '/api/webhooks/deliver',
      request: { query: repositoryQuery },
      responses: { 204: { description: 'It was tried' }, default: problem },
    }),
    async (context) => {
      const { webhooks } = await webhooksOf(context.req.valid('query').repository);
      await webhooks.deliver();
      return context.body(null, 204);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'getWebhook', 'read', 'One webhook'),
      method: 'get',
      ...at(''),
      responses: answers(webhookSchema, 'The webhook'),
    }),
    async (context) => {
      const { webhooks, repositoryId } = await webhooksOf(context.req.valid('query').repository);
      const { id } = context.req.valid('param');
      const found = (await webhooks.list()).find((one) => one.id === id);
      if (found === undefined)
        throw forgeError('WEBHOOK_NOT_FOUND', `There is no webhook ${id} here`, {
          fix: 'see what there is: GET /api/webhooks',
        });
      return context.json(shown(found, repositoryId), 200);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'deleteWebhook', 'admin', 'Forget a webhook that was made here, with all that waits for it'),
      method: 'delete',
      ...at(''),
      responses: { 204: { description: 'It is gone' }, default: problem },
    }),
    async (context) => {
      const { webhooks } = await webhooksOf(context.req.valid('query').repository);
      await webhooks.remove(context.req.valid('param').id);
      return context.body(null, 204);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'enableWebhook', 'admin', 'Tell it what happens from now on, and what waited'),
      method: 'post',
      ...at('/enable'),
      responses: answers(webhookSchema, 'The webhook as it is now'),
    }),
    async (context) => {
      const { webhooks, repositoryId } = await webhooksOf(context.req.valid('query').repository);
      return context.json(shown(await webhooks.enable(context.req.valid('param').id), repositoryId), 200);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'disableWebhook', 'admin', 'Tell it nothing more; what waits for it stays'),
      method: 'post',
      ...at('/disable'),
      request: { params: idParameter, query: repositoryQuery, body: jsonBody(disableWebhookSchema) },
      responses: answers(webhookSchema, 'The webhook as it is now'),
    }),
    async (context) => {
      const { webhooks, repositoryId } = await webhooksOf(context.req.valid('query').repository);
      const { reason } = context.req.valid('json');
      const off = await webhooks.disable(context.req.valid('param').id, context.get('actor').name, reason);
      return context.json(shown(off, repositoryId), 200);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'testWebhook', 'admin', 'Send an event that did not happen'),
      method: 'post',
      ...at('/test'),
      responses: answers(testedSchema, 'The receiver has taken it'),
    }),
    async (context) => {
      const { webhooks } = await webhooksOf(context.req.valid('query').repository);
      return context.json({ outcome: await webhooks.test(context.req.valid('param').id) }, 200);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'listDeliveries', 'read', 'What a webhook was told and what waits for it, newest first'),
      method: 'get',
      ...at('/deliveries'),
      request: {
        params: idParameter,
        query: repositoryQuery.extend({ state: deliveryStateSchema.optional(), limit: limitOf(50) }),
      },
      responses: answers(deliveryPageSchema, 'The deliveries'),
    }),
    async (context) => {
      const { repository, state, limit } = context.req.valid('query');
      const { webhooks } = await webhooksOf(repository);
      const webhookId = context.req.valid('param').id;
      const items = await webhooks.deliveries({ webhookId, limit, ...(state === undefined ? {} : { state }) });
      return context.json({ items: [...items] }, 200);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'replayWebhook', 'admin', 'Send deliveries again'),
      method: 'post',
      ...at('/replay'),
      request: { params: idParameter, query: repositoryQuery, body: jsonBody(replaySchema) },
      responses: answers(replayedSchema, 'How many are on their way again'),
    }),
    async (context) => {
      const { webhooks } = await webhooksOf(context.req.valid('query').repository);
      const { deliveries } = context.req.valid('json');
      const webhookId = context.req.valid('param').id;
      const wanted = deliveries === undefined ? { webhookId } : { deliveryIds: ofWebhook(deliveries, webhookId) };
      return context.json({ queued: await webhooks.replay(wanted) }, 200);
    },
  );
}

/** The id of a delivery begins with that of its webhook. */
function ofWebhook(deliveries: readonly string[], webhookId: string): readonly string[] {
  const stray = deliveries.find((id) => !id.startsWith(`${webhookId}.`));
  if (stray === undefined) return deliveries;
  throw forgeError('DELIVERY_NOT_FOUND', `Webhook ${webhookId} has no delivery ${stray}`, {
    fix: `see what there is: GET /api/webhooks/${webhookId}/deliveries`,
  });
}
