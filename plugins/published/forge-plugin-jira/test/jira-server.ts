import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface SeenRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

interface StoredIssue {
  readonly key: string;
  readonly fields: Record<string, unknown>;
}

export interface JiraServer {
  readonly url: string;
  readonly requests: SeenRequest[];
  readonly issues: StoredIssue[];
  /** Answers the next requests in this way instead, one each. */
  readonly faults: ((response: ServerResponse) => void)[];
}

export const token = 'jira-token';
const accepted = [`Basic ${Buffer.from(`me@acme.example:${token}`).toString('base64')}`, `Bearer ${token}`];

/** Speaks the part of Jira's REST API v3 that the plugin uses, as it is documented, with its limits and its words. */
export async function startJiraServer(): Promise<JiraServer> {
  const state = { requests: [] as SeenRequest[], issues: [] as StoredIssue[], faults: [] as JiraServer['faults'] };
  const server = createServer((request, response) => void answer(state, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...state };
}

async function answer(state: Omit<JiraServer, 'url'>, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as RequestBody;
  const { authorization } = request.headers;
  state.requests.push({ path: request.url ?? '', authorization, body });
  const fault = state.faults.shift();
  if (fault !== undefined) return fault(response);
  if (!accepted.includes(authorization ?? '')) {
    return refuse(response, 401, { errorMessages: ['Client must be authenticated to access this resource.'] });
  }
  const route = routes[`${request.method} ${request.url}`];
  if (route === undefined) return refuse(response, 404, { errorMessages: ['No such resource.'] });
  return route(state, body, response);
}

interface RequestBody {
  readonly jql?: string;
  readonly maxResults?: number;
  readonly nextPageToken?: string;
  /** Names of fields in a search, the fields themselves of a new issue. */
  readonly fields?: readonly string[] | Record<string, unknown>;
}

type Route = (state: Omit<JiraServer, 'url'>, body: RequestBody, response: ServerResponse) => void;

const account = { accountId: '5b10', displayName: 'Mia', emailAddress: 'me@acme.example', active: true };

const routes: Readonly<Record<string, Route>> = {
  'GET /rest/api/3/myself': (_state, _body, response) => send(response, 200, account),
  'POST /rest/api/3/search/jql': ({ issues }, { jql = '', maxResults = 50, nextPageToken = '0', fields }, response) => {
    if (!/=|~|IN/.test(jql)) {
      return refuse(response, 400, { errorMessages: [`Error in the JQL Query: Expecting operator in '${jql}'.`] });
    }
    const label = /^labels = "(.+)"$/.exec(jql)?.[1];
    const found = issues.filter((issue) => label === undefined || (issue.fields['labels'] as string[]).includes(label));
    const from = Number(nextPageToken);
    const page = found.slice(from, from + maxResults);
    const next = from + page.length;
    return send(response, 200, {
      issues: page.map(({ key, fields: all }) => ({ id: key, key, ...asked(all, fields) })),
      ...(next < found.length ? { nextPageToken: String(next) } : {}),
    });
  },
  'POST /rest/api/3/issue': ({ issues }, { fields }, response) => {
    const given = fields as { readonly project?: { readonly key?: string } } & Record<string, unknown>;
    if (given.project?.key !== 'SHOP') {
      return refuse(response, 400, { errors: { project: 'valid project is required' } });
    }
    const key = `SHOP-${issues.length + 1}`;
    issues.push({ key, fields: { ...given, status: { name: 'To Do' }, updated: '2026-11-01T10:00:00.000+0000' } });
    return send(response, 201, { id: `${10_000 + issues.length}`, key, self: `/rest/api/3/issue/${key}` });
  },
};

/** A search that names no fields gets ids alone. */
function asked(all: Readonly<Record<string, unknown>>, names: unknown): object {
  return Array.isArray(names) ? { fields: Object.fromEntries(names.map((name) => [name, all[name] ?? null])) } : {};
}

export function refuse(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}) {
  send(response, status, { errorMessages: [], errors: {}, ...body }, headers);
}

function send(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', ...headers });
  response.end(JSON.stringify(body));
}
