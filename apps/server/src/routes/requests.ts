import { forgeError, imageTypes, type StoredRequest, z } from '@forge/plugin-api';
import { type ApiRequest, decidedSchema, decisionBodySchema, requestPageSchema, requestSchema } from '@forge/sdk';
import { createRoute } from '@hono/zod-openapi';
import type { ServerApp } from '../http/environment.ts';
import { answers, jsonBody, operation, problem } from '../http/operation.ts';
import { problemOf } from '../http/problem.ts';
import { idParameter, idQuery, repositoryQuery } from './query.ts';
import type { RouteDeps } from './route-deps.ts';

/** What only a person can decide: approvals and questions. */
export function addRequestRoutes(app: ServerApp, deps: RouteDeps): void {
  const { guard, runs, repositories, hosts } = deps;

  async function requestsOf(id: string, query: { readonly open?: boolean; readonly runId?: string }) {
    const store = await (await hosts.of(repositories.find(id))).store();
    const found = await store.listRequests(query);
    const shown = await Promise.all(
      found.map(async (request): Promise<ApiRequest | undefined> => {
        const run = await store.getRun(request.runId);
        // Nobody waits for the answer any more.
        if (run === undefined || (query.open === true && /^(discarded|completed)$/.test(run.status))) return undefined;
        return { ...request, repositoryId: id, task: run.task };
      }),
    );
    return shown.filter((request) => request !== undefined);
  }

  async function find(id: string): Promise<ApiRequest> {
    for (const repository of repositories.list()) {
      const store = await (await hosts.of(repository).catch(() => undefined))?.store();
      const request = await store?.getRequest(id);
      if (request === undefined) continue;
      const run = await store?.getRun(request.runId);
      return { ...request, repositoryId: repository.id, task: run?.task ?? '' };
    }
    throw forgeError('REQUEST_NOT_FOUND', `This server has no request ${id}`, {
      fix: 'see what there is: GET /api/requests',
    });
  }

  app.openapi(
    createRoute({
      ...operation(guard, 'listRequests', 'read', 'What people are asked, oldest first'),
      method: 'get',
      path: '/api/requests',
      request: {
        query: repositoryQuery.extend({
          /** Only those that wait for an answer. */
          open: z.enum(['true', 'false']).default('true'),
          runId: idQuery,
        }),
      },
      responses: answers(requestPageSchema, 'The requests'),
    }),
    async (context) => {
      const { repository, open, runId: run } = context.req.valid('query');
      const wanted = repository === undefined ? repositories.list() : [repositories.find(repository)];
      const query = { ...(open === 'true' ? { open: true } : {}), ...(run === undefined ? {} : { runId: run }) };
      const pages = await Promise.all(
        wanted.map(async ({ id }) => {
          try {
            return { items: await requestsOf(id, query), faults: [] };
          } catch (error) {
            return { items: [], faults: [{ repositoryId: id, problem: problemOf(error) }] };
          }
        }),
      );
      const items = pages.flatMap((page) => page.items).sort((left, right) => left.createdAt - right.createdAt);
      return context.json({ items, faults: pages.flatMap(({ faults }) => faults) }, 200);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'getRequest', 'read', 'One request'),
      method: 'get',
      path: '/api/requests/{id}',
      request: { params: idParameter },
      responses: answers(requestSchema, 'The request'),
    }),
    async (context) => context.json(await find(context.req.valid('param').id), 200),
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'getRequestImage', 'read', 'An image that is shown beside a request'),
      method: 'get',
      path: '/api/requests/{id}/image',
      request: {
        params: idParameter,
        /** `imageBlob` of one of its images. */
        query: z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/, 'expected a hash') }),
      },
      responses: {
        200: {
          description: 'The image',
          content: Object.fromEntries(imageTypes.map((type) => [type, { schema: z.string() }])),
        },
        default: problem,
      },
    }),
    async (context) => {
      const { hash } = context.req.valid('query');
      const request = await find(context.req.valid('param').id);
      const image = request.images?.find(({ imageBlob }) => imageBlob === hash);
      if (image === undefined) throw forgeError('BLOB_NOT_FOUND', `Request ${request.id} shows no image ${hash}`);
      const store = await (await hosts.of(repositories.find(request.repositoryId))).store();
      // An agent made it: nothing in it may be taken for anything else.
      const headers = {
        'content-type': image.mediaType,
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
      };
      return context.body(new Uint8Array(await store.getBlob(hash)), 200, headers) as never;
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'decideRequest', 'approve', 'Approve, reject or answer; the first decision counts'),
      method: 'post',
      path: '/api/requests/{id}/decision',
      request: { params: idParameter, body: jsonBody(decisionBodySchema) },
      responses: answers(decidedSchema, 'The decision counts'),
    }),
    async (context) => {
      const { resume, subjectHash, ...decision } = context.req.valid('json');
      const request = await find(context.req.valid('param').id);
      expectFitting(request, decision, subjectHash);
      const actor = context.get('actor');
      const { forge } = await runs.locate(request.runId);
      const decided = await (await forge.engine()).decide(request.id, {
        ...decision,
        subjectHash,
        by: actor.name,
        channel: 'http',
      });
      const { status } = await runs.get(request.runId);
      const rests = status === 'parked' || decided.decision === undefined;
      if (decided.decision !== undefined && rests && resume) await runs.resume(request.runId, {}, actor);
      const resumed = decided.decision !== undefined && (!rests || resume);
      return context.json({ requestId: request.id, runId: request.runId, resumed, request: decided }, 200);
    },
  );
}

/** A decision must be of the request's kind; a program that approves says what it has seen. */
function expectFitting(
  { kind }: StoredRequest,
  { approved, answer }: { readonly approved?: boolean | undefined; readonly answer?: string | undefined },
  seen: string | undefined,
): void {
  const fits = kind === 'approval' ? approved !== undefined && answer === undefined : answer !== undefined;
  if (!fits)
    throw forgeError('INPUT_INVALID', kind === 'approval' ? 'This is an approval' : 'This is a question', {
      fix: kind === 'approval' ? 'send { "approved": true } or false' : 'send { "answer": "…" }',
    });
  if (kind === 'approval' && seen === undefined)
    throw forgeError('INPUT_INVALID', 'An approval says what it is about', {
      fix: 'send the subjectHash of the request as it was shown',
    });
}
