import type { HeaderReader } from './retry-after.ts';

/** What can be known of a failed call, whichever SDK threw it. */
export interface ApiFault {
  /** HTTP status, or the number that a fault inside a stream carries; undefined when there is neither. */
  readonly status: number | undefined;
  /** The API's own words for it, such as `rate_limit_error` and `insufficient_quota`. */
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly headers: HeaderReader | undefined;
  /** System code of a broken connection, such as `ECONNREFUSED`; `''` when it broke without one. */
  readonly connection: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * Reads an error by its fields, never by its class: two copies of an SDK are normal. Both official SDKs put the parsed
 * body under `error`; the one keeps the outer object, the other does not.
 */
export function apiFaultOf(error: unknown): ApiFault {
  const thrown = fieldsOf(error);
  const body = fieldsOf(thrown.error);
  const inner = 'error' in body ? fieldsOf(body.error) : body;
  const message = textOf(inner.message) || textOf(body.error) || textOf(thrown.message) || String(error);
  const headers = thrown.headers as HeaderReader | undefined;
  return {
    status: numberOf(thrown.status) ?? numberOf(inner.code),
    type: textOf(inner.type) || textOf(thrown.type),
    code: textOf(fieldsOf(inner.details).error_code) || textOf(inner.code),
    message: message.length > 500 ? `${message.slice(0, 500)}…` : message,
    headers: typeof headers?.get === 'function' ? headers : undefined,
    connection: connectionCodeOf(error),
  };
}

const SYSTEM_CODE = /^(E[A-Z_]{3,}|UND_ERR_\w+|(DEPTH_ZERO_)?SELF_SIGNED_CERT\w*|CERT_\w+|UNABLE_TO_\w+)$/;
const BROKEN = /^(terminated|fetch failed|other side closed|Connection error\.|Premature close)$/i;

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** The first system code on the chain of causes; `''` when only the words tell that a connection broke. */
function connectionCodeOf(error: unknown): string | undefined {
  let found: string | undefined;
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    const code = textOf((at as { code?: unknown }).code);
    if (SYSTEM_CODE.test(code)) return code;
    if (BROKEN.test(at.message)) found = '';
  }
  return found;
}
