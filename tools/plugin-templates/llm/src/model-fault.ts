import { type ErrorCode, type ForgeError, forgeError, isForgeError } from '@forge/plugin-api';

interface Row {
  readonly code: ErrorCode;
  readonly transient: boolean;
  /** HTTP statuses, and words of the API, that mean it. */
  readonly statuses: readonly number[];
  readonly words?: RegExp;
}

/** The first that fits. Money comes before rate limits, because both can be a 429; so does context before bad requests. */
const rows: readonly Row[] = [
  {
    code: 'LLM_SPEND_LIMIT',
    transient: false,
    statuses: [402],
    words: /insufficient_quota|billing|exceeded your current quota/i,
  },
  {
    code: 'LLM_CONTEXT_OVERFLOW',
    transient: false,
    statuses: [413],
    words: /context_length_exceeded|maximum context/i,
  },
  { code: 'LLM_MODEL_NOT_FOUND', transient: false, statuses: [404], words: /model_not_found/ },
  { code: 'LLM_CREDENTIALS', transient: false, statuses: [401, 403] },
  { code: 'LLM_RATE_LIMITED', transient: true, statuses: [429] },
  { code: 'LLM_OVERLOADED', transient: true, statuses: [503, 529], words: /overloaded/i },
  { code: 'LLM_UNAVAILABLE', transient: true, statuses: [408, 409, 425, 500, 502, 504] },
];

/** What an answer other than 200 means. */
export function refusal({ status, headers }: Response, body: string, now: number): ForgeError {
  const retryAfterMs = waitOf(headers.get('retry-after'), now);
  return faultOf(status, body, retryAfterMs === undefined ? {} : { retryAfterMs });
}

/** What a fault in the middle of a reply means, which has no status. */
export function faultOf(
  status: number | undefined,
  body: string,
  details: { readonly retryAfterMs?: number } = {},
): ForgeError {
  const row = rows.find(({ statuses, words }) => statuses.includes(status ?? 0) || words?.test(body));
  const { code, transient } = row ?? { code: 'LLM_BAD_REQUEST' as const, transient: false };
  const what = status === undefined ? 'The model failed in the middle of its reply' : `The server answered ${status}`;
  return forgeError(code, what, { why: body.slice(0, 500), transient, ...details });
}

export function unavailable(cause: unknown): ForgeError {
  if (isForgeError(cause)) return cause;
  return forgeError('LLM_UNAVAILABLE', 'The server gave no answer', { transient: true, cause });
}

export function cut(cause: unknown): ForgeError {
  if (isForgeError(cause)) return cause;
  return forgeError('LLM_CUT', 'The connection broke in the middle of the reply', { transient: true, cause });
}

/** Seconds or a date, as milliseconds from now. */
function waitOf(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return wait > 0 ? wait : undefined;
}
