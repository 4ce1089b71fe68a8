import { type ErrorCode, errorTable, type ExitName, faultsOf, type ForgeError } from '@forge/plugin-api';
import type { Problem } from '@forge/sdk';

/** For codes whose meaning in HTTP differs from that of their exit code. */
const byCode: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_AN_APPROVER: 403,
  TRUST_REQUIRED: 403,
  ROUTE_NOT_FOUND: 404,
  RUN_NOT_FOUND: 404,
  REQUEST_NOT_FOUND: 404,
  MEMORY_NOT_FOUND: 404,
  WEBHOOK_NOT_FOUND: 404,
  DELIVERY_NOT_FOUND: 404,
  RULE_NOT_FOUND: 404,
  REPOSITORY_UNKNOWN: 404,
  BLOB_NOT_FOUND: 404,
  INPUT_TOO_LARGE: 413,
  INPUT_INVALID: 422,
  UNSUPPORTED: 422,
  STORE_VALUE: 422,
  CONTRIBUTION_NOT_FOUND: 422,
  // Said by somebody else's server, or of it: this one works.
  WEBHOOK_FAILED: 422,
  WEBHOOK_GONE: 422,
  WEBHOOK_FORBIDDEN: 422,
  WEBHOOK_TRANSFORM: 422,
  CLONE_FORBIDDEN: 422,
  CLONE_FAILED: 422,
  PUSH_FAILED: 422,
  NOT_A_REPOSITORY: 422,
  REPOSITORY_EMPTY: 422,
  REPOSITORY_BARE: 422,
  // Of a run that is gone, and not of the server.
  WORKSPACE_LOST: 409,
  DISK_FULL: 507,
};

const byExit: Record<ExitName, number> = {
  done: 200,
  failed: 500,
  usage: 400,
  waiting: 409,
  credentials: 422,
  limit: 429,
  plugin: 500,
  environment: 503,
  conflict: 409,
  stopped: 503,
};

export function statusOf({ code }: Pick<ForgeError, 'code'>): number {
  return byCode[code] ?? byExit[errorTable[code]];
}

/** An error as RFC 9457 has it, with Forge's own literal code and what to do. `status` where HTTP itself says which. */
export function problemOf(error: unknown, given?: number): Problem {
  const faults = faultsOf(error);
  const [first] = faults as [ForgeError];
  const { where, why, fix, plugin, retryAfterMs, data } = first.details;
  return {
    type: `urn:forge:${first.code}`,
    title: first.message,
    status: given ?? statusOf(first),
    code: first.code,
    ...(where === undefined ? {} : { where }),
    ...(why === undefined ? {} : { why }),
    ...(fix === undefined ? {} : { fix }),
    ...(plugin === undefined ? {} : { plugin }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(data === undefined ? {} : { data }),
    ...(faults.length === 1 ? {} : { errors: faults.map(shortOf) }),
  };
}

function shortOf({ code, message, details: { fix } }: ForgeError): NonNullable<Problem['errors']>[number] {
  return { code, title: message, ...(fix === undefined ? {} : { fix }) };
}

export function problemResponse(problem: Problem): Response {
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  if (problem.status === 401) headers.set('www-authenticate', 'Bearer realm="forge"');
  if (problem.retryAfterMs !== undefined) headers.set('retry-after', String(Math.ceil(problem.retryAfterMs / 1000)));
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}
