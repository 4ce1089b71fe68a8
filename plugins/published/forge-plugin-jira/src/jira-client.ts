import { forgeError, z } from '@forge/plugin-api';
import ky, { isHTTPError, type KyInstance, type Options, type RetryOptions } from 'ky';
import { jiraError } from './jira-error.ts';

export interface JiraAccess {
  readonly site: string;
  readonly email?: string | undefined;
  /** API token or personal access token. */
  readonly token: string | undefined;
}

/** Jira's REST API v3, as far as the tools need it. */
export interface JiraClient {
  search(query: SearchQuery, signal: AbortSignal): Promise<SearchPage>;
  /** The account that the token belongs to. */
  whoAmI(signal: AbortSignal): Promise<Account>;
  createIssue(fields: NewIssueFields, signal: AbortSignal): Promise<{ readonly key: string }>;
  /** Where a person sees it. */
  urlOf(key: string): string;
}

export interface SearchQuery {
  readonly jql: string;
  readonly maxResults: number;
  readonly nextPageToken?: string | undefined;
}

export interface NewIssueFields {
  readonly project: { readonly key: string };
  readonly issuetype: { readonly name: string };
  readonly summary: string;
  /** Atlassian Document Format. */
  readonly description?: object;
  readonly labels: readonly string[];
  readonly parent?: { readonly key: string };
}

const named = z.object({ name: z.string() });
const person = z.object({ displayName: z.string() });
const issueSchema = z.object({
  key: z.string(),
  fields: z.object({
    summary: z.string().nullish(),
    status: named.nullish(),
    issuetype: named.nullish(),
    priority: named.nullish(),
    assignee: person.nullish(),
    updated: z.string().nullish(),
  }),
});
const pageSchema = z.object({ issues: z.array(issueSchema), nextPageToken: z.string().nullish() });
const createdSchema = z.object({ key: z.string() });
const accountSchema = z.object({ displayName: z.string(), emailAddress: z.string().nullish() });

export type Account = z.output<typeof accountSchema>;

export type JiraIssue = z.output<typeof issueSchema>;
export type SearchPage = z.output<typeof pageSchema>;

/** What a search asks for; without a list, Jira answers with ids alone. */
const searchedFields = ['summary', 'status', 'issuetype', 'priority', 'assignee', 'updated'];

/** Milliseconds of one try, and of the longest wait that a busy server may ask for. */
const timeoutMs = 30_000;
const longestWaitMs = 60_000;
/** The same, while somebody waits for a check. */
const patienceMs = 5_000;

export function createJiraClient(access: JiraAccess): JiraClient {
  const site = access.site.replace(/\/+$/, '');
  const http = ky.create({
    prefix: `${site}/rest/api/3/`,
    timeout: timeoutMs,
    // A redirect would carry the token to wherever it points.
    redirect: 'error',
    headers: { Accept: 'application/json' },
  });

  return {
    search: (query, signal) =>
      ask(http, access, 'search/jql', pageSchema, {
        method: 'post',
        json: { ...query, fields: searchedFields },
        signal,
        // It only reads, so any passing fault may be tried again.
        retry: retries(() => true),
      }),
    whoAmI: (signal) =>
      ask(http, access, 'myself', accountSchema, {
        method: 'get',
        signal,
        retry: retries((error) => askedWaitMs(error) <= patienceMs),
      }),
    createIssue: (fields, signal) =>
      ask(http, access, 'issue', createdSchema, {
        method: 'post',
        json: { fields },
        signal,
        // Refused for now, so not carried out. Of anything else nobody knows, and an issue must not be filed twice.
        retry: retries((error) => isHTTPError(error) && error.response.status === 429),
      }),
    urlOf: (key) => `${site}/browse/${key}`,
  };
}

/** Tries again what passes, unless it takes too long: a wait that the server asks for is never cut short. */
function retries(isHarmless: (error: Error) => boolean): RetryOptions {
  return {
    limit: 4,
    methods: ['get', 'post'],
    afterStatusCodes: [429, 503],
    jitter: true,
    shouldRetry: ({ error }) => (isHarmless(error) && askedWaitMs(error) <= longestWaitMs ? undefined : false),
  };
}

/** Milliseconds; 0 when the server asks for none. Jira gives seconds. */
function askedWaitMs(error: Error): number {
  return isHTTPError(error) ? Number(error.response.headers.get('retry-after') ?? 0) * 1000 || 0 : 0;
}

async function ask<T>(
  http: KyInstance,
  access: JiraAccess,
  path: string,
  schema: z.ZodType<T>,
  options: Options & { readonly signal: AbortSignal },
): Promise<T> {
  options.signal.throwIfAborted();
  const headers = { Authorization: authorization(access) };
  let answer: unknown;
  try {
    answer = await http(path, { headers, ...options }).json();
  } catch (error) {
    options.signal.throwIfAborted();
    throw await jiraError(error, access.site);
  }
  const checked = schema.safeParse(answer);
  if (checked.success) return checked.data;
  throw forgeError('TOOL_FAILED', 'Jira gave an answer of an unknown shape', {
    where: `${access.site}/rest/api/3/${path}`,
    why: z.prettifyError(checked.error),
  });
}

function authorization({ email, token }: JiraAccess): string {
  if (token === undefined) {
    throw forgeError('TOOL_FAILED', 'There is no Jira token', { fix: 'ask the person to set JIRA_API_TOKEN' });
  }
  return email === undefined ? `Bearer ${token}` : `Basic ${Buffer.from(`${email}:${token}`).toString('base64')}`;
}
