import fc from 'fast-check';
import { expect, test } from 'vitest';
import { all, openApiOf, type OpenApiOperation } from './support/open-api.ts';
import { startWorld } from './support/real-server.ts';

const junk = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e999',
    'NaN',
    'null',
    '__proto__',
    '../..',
    '%00',
    '${x}',
    "' or 1=1 --",
    '\u0000',
    '\ud800',
  ),
);

/** Bodies near those that fit, because what is far off is refused at the first look. */
const words = fc.oneof(junk, fc.jsonValue());
const near: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  startRun: fc.record(
    { task: words, repository: words, planOnly: words, budgetUsd: words, provider: junk, model: junk, approve: words },
    { requiredKeys: ['task'] },
  ),
  resumeRun: fc.record({ budgetUsd: words, approve: words, model: junk }, { requiredKeys: [] }),
  forkRun: fc.record({ at: words, approve: words }, { requiredKeys: [] }),
  decideRequest: fc.record({ approved: words, answer: words, subjectHash: words, resume: words }, { requiredKeys: [] }),
  editMemory: fc.record({ content: words, confidence: words, tags: words, type: words }, { requiredKeys: [] }),
  addAllowRule: fc.record({ gate: words, paths: words, repository: words, days: words }, { requiredKeys: ['gate'] }),
  addRepository: fc.record({ path: words, id: words }, { requiredKeys: ['path'] }),
  createWebhook: fc.record(
    {
      url: fc.oneof(fc.constant('http://127.0.0.1:1/hook'), words),
      events: fc.oneof(fc.constant(['run.started']), words),
      headers: words,
      transform: fc.oneof(fc.constant('{ text: payload.summary }'), words),
      id: words,
      use: words,
    },
    { requiredKeys: ['url', 'events'] },
  ),
  disableWebhook: fc.record({ reason: words }, { requiredKeys: [] }),
  replayWebhook: fc.record({ deliveries: words }, { requiredKeys: [] }),
};

test('whatever fits the document or nearly does, nothing of it breaks the server', async () => {
  const world = await startWorld({ runs: 1 });
  const { id } = await world.client.runs.start({ task: 'Write a greeting' });
  await world.client.runs.follow(id, { onEvent: () => {} });
  const [request] = (await world.client.requests.list()).items;
  const ids = fc.oneof(fc.constantFrom(id, request?.id ?? ''), junk);
  const operations = all(await openApiOf(world));
  expect(operations.length).toBeGreaterThan(20);
  const asked = fc.constantFrom(...operations).chain(({ path, method, operation }) =>
    fc.record({
      method: fc.constant(method),
      operation: fc.constant(operation),
      path: ids.map((one) => path.replaceAll('{id}', encodeURIComponent(one.toWellFormed()) || '%20')),
      query: parameters(operation, 'query'),
      headers: parameters(operation, 'header'),
      body: fc.oneof(near[operation.operationId] ?? fc.constant(undefined), fc.jsonValue(), fc.constant(undefined)),
    }),
  );
  const broken = new Set<string>();
  await fc.assert(
    fc.asyncProperty(asked, async ({ method, operation, path, query, headers, body }) => {
      const search = new URLSearchParams(query).toString();
      const end = new AbortController();
      const response = await world.ask(`${path}?${search}`, {
        method,
        headers: { ...headers, 'content-type': 'application/json' },
        ...(method === 'GET' || body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: end.signal,
      });
      const type = response.headers.get('content-type') ?? '';
      const documented = Object.hasOwn(operation.responses, String(response.status));
      if (response.status >= 500) broken.add(`${operation.operationId}: ${response.status} ${await response.text()}`);
      else if (!documented && !type.startsWith('application/problem+json'))
        broken.add(`${operation.operationId}: ${response.status} as ${type}`);
      end.abort();
    }),
    { numRuns: 500 },
  );
  expect([...broken]).toEqual([]);
  expect((await world.ask('/health')).status).toBe(200);
}, 180_000);

/** Values for what the operation takes there; a header may not hold everything. */
function parameters(operation: OpenApiOperation, place: 'query' | 'header'): fc.Arbitrary<Record<string, string>> {
  const own = (operation.parameters ?? []).filter((parameter) => parameter.in === place);
  const value = place === 'query' ? junk.map((text) => text.toWellFormed()) : fc.stringMatching(/^[!-~]{1,40}$/);
  return fc.record(Object.fromEntries(own.map(({ name }) => [name, value])), { requiredKeys: [] }) as never;
}
