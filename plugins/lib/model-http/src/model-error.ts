import { type ErrorCode, type ForgeError, forgeError, isForgeError } from '@forge/plugin-api';
import { type ApiFault, apiFaultOf } from './api-fault.ts';
import { accessAgainIn, retryAfterOf } from './retry-after.ts';

export interface CallFacts {
  /** The provider's name, for the message. */
  readonly provider: string;
  readonly model: string;
  readonly baseUrl: string;
  /** Bytes of the answer had arrived when it failed. */
  readonly started: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

interface Row {
  readonly code: ErrorCode;
  readonly transient: boolean;
  readonly when: (fault: ApiFault, facts: CallFacts) => boolean;
  readonly what: string;
  readonly fix?: string;
}

const has =
  (...statuses: number[]) =>
  (fault: ApiFault) =>
    fault.status !== undefined && statuses.includes(fault.status);
const named = (pattern: RegExp) => (fault: ApiFault) => pattern.test(fault.code) || pattern.test(fault.type);
const says = (pattern: RegExp) => (fault: ApiFault) => pattern.test(fault.message);
const certificate = /CERT|SELF_SIGNED|UNABLE_TO/;

/** First match wins. Money comes before rate limits, because both can be a 429; so does context before bad requests. */
const ROWS: readonly Row[] = [
  {
    code: 'LLM_SPEND_LIMIT',
    transient: false,
    when: (fault) =>
      has(402)(fault) ||
      named(/spend_limit|insufficient_quota|credit_balance|billing/)(fault) ||
      says(/specified (workspace )?api usage limits|credit balance is too low|exceeded your current quota/i)(fault),
    what: 'the account has no money left to spend',
    fix: 'Raise the limit in the console of the provider, or use another provider or key',
  },
  {
    code: 'LLM_CONTEXT_OVERFLOW',
    transient: false,
    when: (fault) =>
      has(413)(fault) ||
      named(/context_length_exceeded|exceed_context_size|request_too_large/)(fault) ||
      (has(400, 422, 500)(fault) &&
        says(
          /prompt is too long|maximum context length|context (window|length|size)|exceeds the (available )?context/i,
        )(fault)),
    what: 'the conversation is longer than the model can read',
  },
  {
    code: 'LLM_MODEL_NOT_FOUND',
    transient: false,
    when: (fault) =>
      has(404)(fault) ||
      named(/model_not_found/)(fault) ||
      (has(400)(fault) && says(/model\b.{0,80}\b(not found|does not exist|not loaded|no models loaded)/i)(fault)),
    what: 'there is no such model',
    fix: 'Choose another model with --model or in the configuration',
  },
  {
    code: 'LLM_CREDENTIALS',
    transient: false,
    when: (fault) => has(401, 403)(fault) || named(/authentication_error|permission_error|invalid_api_key/)(fault),
    what: 'the key was not accepted',
    fix: 'Check the key and what it is allowed to do',
  },
  {
    code: 'LLM_RATE_LIMITED',
    transient: true,
    when: (fault) => has(429)(fault) || named(/rate_limit|ramp_limit/)(fault),
    what: 'too many requests',
  },
  {
    code: 'LLM_OVERLOADED',
    transient: true,
    when: (fault) => has(503, 529)(fault) || named(/overloaded/)(fault),
    what: 'the model is overloaded',
  },
  {
    code: 'LLM_UNAVAILABLE',
    transient: true,
    when: (fault) =>
      has(408, 409, 425)(fault) ||
      (fault.status ?? 0) >= 500 ||
      named(/^(api_error|server_error|timeout_error)$/)(fault),
    what: 'the server failed',
  },
  {
    code: 'LLM_BAD_REQUEST',
    transient: false,
    when: (fault) => fault.status !== undefined || named(/invalid_request/)(fault),
    what: 'the request was refused',
  },
  {
    code: 'LLM_CUT',
    transient: true,
    when: (fault, { started }) => started && fault.connection !== undefined,
    what: 'the connection broke in the middle of the reply',
  },
  {
    code: 'LLM_UNAVAILABLE',
    transient: false,
    when: (fault) => certificate.test(fault.connection ?? ''),
    what: "the server's certificate is not trusted",
    fix: 'Set NODE_EXTRA_CA_CERTS to the certificate of your proxy',
  },
  {
    code: 'LLM_UNAVAILABLE',
    transient: true,
    when: (fault) => fault.connection !== undefined,
    what: 'no answer from the server',
    fix: 'Check the network and the base URL',
  },
];

/**
 * The typed error for whatever a call to a model threw. A ForgeError passes through; a fault that no row knows is a
 * reply that could not be understood.
 */
export function modelError(error: unknown, facts: CallFacts): ForgeError {
  if (isForgeError(error)) return error;
  const fault = apiFaultOf(error);
  const row = ROWS.find(({ when }) => when(fault, facts));
  const { provider, model, baseUrl, now, started } = facts;
  const where = `${model} at ${baseUrl}`;
  if (row === undefined) {
    // What cannot be read may be read the next time; what fails before a byte arrived is a fault of this program.
    const transient = started || error instanceof SyntaxError;
    return forgeError('LLM_BAD_REPLY', `${provider}: the reply could not be read`, {
      where,
      why: fault.message,
      transient,
      cause: error,
    });
  }
  const retryAfterMs = retryAfterOf(fault.headers, now) ?? accessAgainIn(fault.message, now);
  const status = fault.status === undefined ? '' : ` (${fault.status})`;
  return forgeError(row.code, `${provider}: ${row.what}${status}`, {
    where,
    why: fault.connection ? `${fault.connection}: ${fault.message}` : fault.message,
    transient: row.transient,
    ...(row.fix === undefined ? {} : { fix: row.fix }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    cause: error,
  });
}
