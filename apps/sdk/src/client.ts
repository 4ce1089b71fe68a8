import {
  type AllowRule,
  type Clock,
  type ForgeEvent,
  forgeError,
  type Memory,
  type MemoryUpdate,
} from '@forge/plugin-api';
import { type FollowOptions, followEvents } from './follow-events.ts';
import { ownClock, ownFetch } from './own-world.ts';
import { errorOf } from './problem.ts';
import type {
  AddAllowRule,
  AddRepository,
  ApiAutomation,
  ApiMemory,
  ApiRequest,
  RequestPage,
  AuditRecord,
  Decided,
  DecisionBody,
  EventPage,
  ForkRun,
  ListedRepository,
  Problem,
  Pushed,
  ResumeRun,
  Run,
  RunDetail,
  RunPage,
  StartRun,
  StreamEnd,
} from './schemas.ts';
import type { ApiDelivery, ApiWebhook, CreateWebhook } from './webhook-schemas.ts';

export interface ClientOptions {
  /** Such as `http://127.0.0.1:4766`. */
  readonly url: string;
  readonly token?: string | undefined;
  /** Default: that of the runtime. */
  readonly fetch?: typeof globalThis.fetch;
  /** Waits before a broken stream is taken up again. Default: that of the runtime. */
  readonly clock?: Pick<Clock, 'sleep'>;
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string | undefined;
}

type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
type RepositoryQuery = { readonly repository?: string | undefined };

/** Every call rejects with the ForgeError of the server, or with SERVER_UNREACHABLE. */
export type ForgeClient = ReturnType<typeof createForgeClient>;

/** The HTTP API with types. Works wherever there is `fetch`: Node, browsers, other runtimes. */
export function createForgeClient({ url, token, fetch = ownFetch, clock = ownClock }: ClientOptions) {
  const base = url.replace(/\/+$/, '');
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };

  async function ask(path: string, init: RequestInit & { readonly query?: Query } = {}): Promise<Response> {
    const { query = {}, headers, ...rest } = init;
    let response: Response;
    try {
      response = await fetch(`${base}${path}${queryString(query)}`, {
        ...rest,
        headers: { ...authorization, ...(headers as Record<string, string> | undefined) },
      });
    } catch (error) {
      init.signal?.throwIfAborted();
      throw forgeError('SERVER_UNREACHABLE', `No server answers at ${base}`, {
        why: causeOf(error),
        fix: 'start it with forge serve, or name another one with --server',
        cause: error,
      });
    }
    if (!response.ok) throw errorOf(await problemOf(response));
    return response;
  }
  const get = async <Answer>(path: string, query: Query = {}): Promise<Answer> =>
    (await (await ask(path, { query })).json()) as Answer;
  const send = async <Answer>(
    method: string,
    path: string,
    body?: unknown,
    more: { readonly headers?: Record<string, string>; readonly query?: Query } = {},
  ): Promise<Answer> => {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { ...more.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const response = await ask(path, { method, ...content, headers, query: more.query ?? {} });
    return (response.status === 204 ? undefined : await response.json()) as Answer;
  };
  const at = (path: string, id: string) => `${path}/${encodeURIComponent(id)}`;

  return {
    runs: {
      /** `idempotencyKey`: however often the same is sent with it, one run is started. */
      start: (body: StartRun, idempotencyKey?: string) =>
        send<RunDetail>('POST', '/api/runs', body, {
          headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
        }),
      list: (
        query: RepositoryQuery & {
          readonly status?: readonly Run['status'][] | undefined;
          readonly limit?: number | undefined;
          readonly cursor?: string | undefined;
        } = {},
      ) => get<RunPage>('/api/runs', query),
      get: (id: string) => get<RunDetail>(at('/api/runs', id)),
      cancel: (id: string) => send<RunDetail>('POST', `${at('/api/runs', id)}/cancel`),
      resume: (id: string, body: ResumeRun = {}) => send<RunDetail>('POST', `${at('/api/runs', id)}/resume`, body),
      fork: (id: string, body: ForkRun = {}) => send<RunDetail>('POST', `${at('/api/runs', id)}/fork`, body),
      discard: (id: string) => send<RunDetail>('POST', `${at('/api/runs', id)}/discard`),
      /** Of a repository that the server has cloned. */
      push: (id: string) => send<Pushed>('POST', `${at('/api/runs', id)}/push`),
      diff: async (id: string) => (await get<{ readonly diff: string }>(`${at('/api/runs', id)}/diff`)).diff,
      events: (id: string, query: { readonly after?: number; readonly limit?: number } = {}) =>
        get<EventPage>(`${at('/api/runs', id)}/events`, query),
      /** All events, however many pages it takes. */
      async allEvents(id: string, after = 0): Promise<readonly ForgeEvent[]> {
        const all: ForgeEvent[] = [];
        let next: string | undefined = String(after);
        while (next !== undefined) {
          const page: EventPage = await this.events(id, { after: Number(next) });
          all.push(...page.items);
          next = page.next;
        }
        return all;
      },
      follow: (id: string, options: FollowOptions): Promise<StreamEnd> =>
        followEvents(
          async (after, signal) => {
            const headers = { accept: 'text/event-stream', 'last-event-id': String(after) };
            const path = `${at('/api/runs', id)}/events/stream`;
            const { body } = await ask(path, { headers, ...(signal === undefined ? {} : { signal }) });
            return body as unknown as AsyncIterable<Uint8Array>;
          },
          { ...options, clock },
        ),
    },
    requests: {
      list: (query: RepositoryQuery & { readonly open?: boolean; readonly runId?: string | undefined } = {}) =>
        get<RequestPage>('/api/requests', query),
      get: (id: string) => get<ApiRequest>(at('/api/requests', id)),
      /** The bytes of one of its images. */
      image: async (id: string, hash: string) =>
        new Uint8Array(await (await ask(`${at('/api/requests', id)}/image`, { query: { hash } })).arrayBuffer()),
      decide: (id: string, body: DecisionBody) => send<Decided>('POST', `${at('/api/requests', id)}/decision`, body),
    },
    allow: {
      list: () => get<Page<AllowRule>>('/api/allow'),
      add: (body: AddAllowRule) => send<AllowRule>('POST', '/api/allow', body),
      revoke: (id: string) => send<undefined>('DELETE', at('/api/allow', id)),
    },
    memory: {
      search: (
        query: RepositoryQuery & {
          readonly q?: string;
          readonly scope?: string | undefined;
          readonly type?: Memory['type'] | undefined;
          readonly limit?: number | undefined;
        } = {},
      ) => get<Page<ApiMemory>>('/api/memory', query),
      get: (id: string, query: RepositoryQuery = {}) => get<ApiMemory>(at('/api/memory', id), query),
      edit: (id: string, changes: MemoryUpdate, query: RepositoryQuery = {}) =>
        send<ApiMemory>('PATCH', at('/api/memory', id), changes, { query }),
      forget: (id: string, query: RepositoryQuery = {}) =>
        send<undefined>('DELETE', at('/api/memory', id), undefined, { query }),
    },
    webhooks: {
      list: (query: RepositoryQuery = {}) => get<Page<ApiWebhook>>('/api/webhooks', query),
      /** Its secret is shown this once. */
      create: (body: CreateWebhook) => send<ApiWebhook & { readonly secret: string }>('POST', '/api/webhooks', body),
      get: (id: string, query: RepositoryQuery = {}) => get<ApiWebhook>(at('/api/webhooks', id), query),
      delete: (id: string, query: RepositoryQuery = {}) =>
        send<undefined>('DELETE', at('/api/webhooks', id), undefined, { query }),
      enable: (id: string, query: RepositoryQuery = {}) =>
        send<ApiWebhook>('POST', `${at('/api/webhooks', id)}/enable`, undefined, { query }),
      disable: (id: string, body: { readonly reason?: string } = {}, query: RepositoryQuery = {}) =>
        send<ApiWebhook>('POST', `${at('/api/webhooks', id)}/disable`, body, { query }),
      test: (id: string, query: RepositoryQuery = {}) =>
        send<{ readonly outcome: string }>('POST', `${at('/api/webhooks', id)}/test`, undefined, { query }),
      deliveries: (
        id: string,
        query: RepositoryQuery & { readonly state?: ApiDelivery['state']; readonly limit?: number } = {},
      ) => get<Page<ApiDelivery>>(`${at('/api/webhooks', id)}/deliveries`, query),
      /** Tries now what is due, once. */
      deliver: (query: RepositoryQuery = {}) => send<undefined>('POST', '/api/webhooks/deliver', undefined, { query }),
      /** Without deliveries: all that were given up. */
      replay: (id: string, body: { readonly deliveries?: readonly string[] } = {}, query: RepositoryQuery = {}) =>
        send<{ readonly queued: number }>('POST', `${at('/api/webhooks', id)}/replay`, body, { query }),
    },
    repositories: {
      list: () => get<Page<ListedRepository>>('/api/repositories'),
      get: (id: string) => get<ListedRepository>(at('/api/repositories', id)),
      /** One with a `url` is cloned in the background: `get` says how far that is. */
      add: (body: AddRepository) => send<ListedRepository>('POST', '/api/repositories', body),
      remove: (id: string) => send<undefined>('DELETE', at('/api/repositories', id)),
    },
    plugins: (query: RepositoryQuery = {}) =>
      get<Page<{ readonly name: string; readonly version: string; readonly active: boolean }>>('/api/plugins', query),
    agents: (query: RepositoryQuery = {}) =>
      get<Page<{ readonly name: string; readonly plugin: string; readonly roles: readonly string[] }>>(
        '/api/agents',
        query,
      ),
    config: (query: RepositoryQuery = {}) =>
      get<Page<{ readonly path: string; readonly value: unknown; readonly source: string }>>('/api/config', query),
    automation: (query: RepositoryQuery = {}) => get<ApiAutomation>('/api/automation', query),
    audit: (query: { readonly limit?: number } = {}) => get<Page<AuditRecord>>('/api/audit', query),
    info: () => get<{ readonly version: string; readonly pid: number; readonly startedAt: number }>('/api/server'),
  };
}

function queryString(query: Query): string {
  const entries = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : Array.isArray(value) ? value.map((one) => [name, String(one)]) : [[name, String(value)]],
  );
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries).toString()}`;
}

async function problemOf(response: Response): Promise<Problem> {
  const found: unknown = await response.json().catch(() => undefined);
  if (typeof found === 'object' && found !== null && 'code' in found) return found as Problem;
  const title = `The server answered ${response.status} without saying why; is it Forge?`;
  return { type: 'urn:forge:INTERNAL', title, status: response.status, code: 'INTERNAL' };
}

function causeOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}
