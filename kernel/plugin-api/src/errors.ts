import type { Json } from './json.ts';

/** Exit codes of the command line. A server maps them to HTTP status codes. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  waiting: 3,
  credentials: 4,
  limit: 5,
  plugin: 6,
  environment: 7,
  conflict: 8,
  stopped: 130,
} as const;

export type ExitName = keyof typeof exitCodes;

/** Everything that can go wrong, with the exit code it leads to. Documented in docs/errors.md. */
export const errorTable = {
  // wrong usage or configuration
  USAGE: 'usage',
  CONFIG_INVALID: 'usage',
  CONFIG_UNREADABLE: 'usage',
  TRUST_REQUIRED: 'usage',
  SKILL_INVALID: 'usage',
  RUN_NOT_FOUND: 'usage',
  REQUEST_NOT_FOUND: 'usage',
  UNSUPPORTED: 'usage',
  NO_MODEL: 'credentials',
  MEMORY_NOT_FOUND: 'usage',
  // the server
  UNAUTHENTICATED: 'credentials',
  FORBIDDEN: 'credentials',
  NOT_AN_APPROVER: 'credentials',
  TOKEN_NOT_FOUND: 'usage',
  RULE_NOT_FOUND: 'usage',
  ROUTE_NOT_FOUND: 'usage',
  INPUT_TOO_LARGE: 'usage',
  RATE_LIMITED: 'limit',
  IDEMPOTENCY_MISMATCH: 'conflict',
  REQUEST_CHANGED: 'conflict',
  REPOSITORY_UNKNOWN: 'usage',
  REPOSITORY_BUSY: 'conflict',
  REPOSITORY_NOT_READY: 'conflict',
  CLONE_FORBIDDEN: 'usage',
  CLONE_FAILED: 'environment',
  PUSH_FAILED: 'environment',
  SERVER_UNSAFE: 'usage',
  SERVER_RUNNING: 'conflict',
  SERVER_ADDRESS: 'environment',
  SERVER_UNREACHABLE: 'environment',
  // plugins
  MANIFEST_INVALID: 'plugin',
  PLUGIN_NOT_FOUND: 'plugin',
  PLUGIN_API_RANGE: 'plugin',
  PLUGIN_OPTIONS: 'plugin',
  PLUGIN_LOAD: 'plugin',
  PLUGIN_SETUP: 'plugin',
  PLUGIN_MISMATCH: 'plugin',
  PLUGIN_FAULT: 'plugin',
  PLUGIN_STOP: 'plugin',
  PLUGIN_LOST: 'plugin',
  PLUGIN_LEFT_OUT: 'plugin',
  PLUGIN_CHANGED: 'plugin',
  PLUGIN_CHECK: 'plugin',
  INSTALL_FAILED: 'environment',
  REGISTRY_UNREACHABLE: 'environment',
  CONTRIBUTION_DUPLICATE: 'plugin',
  CONTRIBUTION_NOT_FOUND: 'plugin',
  CONTAINER_DUPLICATE: 'plugin',
  CONTAINER_CYCLE: 'plugin',
  CONTAINER_MISSING: 'plugin',
  PERMISSION_MISSING: 'plugin',
  // validation at borders
  INPUT_INVALID: 'failed',
  OUTPUT_INVALID: 'failed',
  PLAN_INVALID: 'failed',
  // models
  LLM_CREDENTIALS: 'credentials',
  LLM_MODEL_NOT_FOUND: 'credentials',
  LLM_SPEND_LIMIT: 'limit',
  LLM_RATE_LIMITED: 'limit',
  LLM_OVERLOADED: 'failed',
  LLM_UNAVAILABLE: 'failed',
  LLM_TIMEOUT: 'failed',
  LLM_CUT: 'failed',
  LLM_BAD_REPLY: 'failed',
  LLM_BAD_REQUEST: 'failed',
  LLM_REFUSED: 'failed',
  LLM_CONTEXT_OVERFLOW: 'failed',
  LLM_OUTPUT_LIMIT: 'failed',
  RECORDING_EXHAUSTED: 'failed',
  RECORDING_MISMATCH: 'failed',
  // tools
  TOOL_NOT_FOUND: 'failed',
  TOOL_FAILED: 'failed',
  TOOL_TIMEOUT: 'failed',
  TOOL_UNAVAILABLE: 'failed',
  PATH_OUTSIDE_WORKSPACE: 'failed',
  FILE_NOT_FOUND: 'failed',
  EDIT_NOT_UNIQUE: 'failed',
  // webhooks
  WEBHOOK_FAILED: 'failed',
  WEBHOOK_GONE: 'failed',
  WEBHOOK_FORBIDDEN: 'failed',
  WEBHOOK_TRANSFORM: 'failed',
  WEBHOOK_NOT_FOUND: 'usage',
  DELIVERY_NOT_FOUND: 'usage',
  // limits
  BREAKER_COST: 'limit',
  BREAKER_TOKENS: 'limit',
  BREAKER_ITERATIONS: 'limit',
  BREAKER_TOOL_CALLS: 'limit',
  BREAKER_TIME: 'limit',
  BREAKER_FAILURES: 'limit',
  BREAKER_LOOP: 'limit',
  // the run
  REVIEW_REJECTED: 'failed',
  TESTS_FAILED: 'failed',
  NOTHING_CHANGED: 'failed',
  MERGE_CONFLICT: 'conflict',
  GATE_REJECTED: 'failed',
  DEPLOY_FAILED: 'failed',
  OUTCOME_UNKNOWN: 'waiting',
  WAITING_FOR_PERSON: 'waiting',
  WAITING_FOR_QUOTA: 'limit',
  RECOVERY_LIMIT: 'limit',
  JOURNAL_MISMATCH: 'conflict',
  JOURNAL_VERSION: 'conflict',
  EVENT_INVALID: 'failed',
  WORKER_LOST: 'environment',
  STOPPED: 'stopped',
  // the store
  LEASE_HELD: 'conflict',
  LEASE_LOST: 'conflict',
  SEQUENCE_CONFLICT: 'conflict',
  RUN_EXISTS: 'conflict',
  REQUEST_DECIDED: 'conflict',
  LOG_CORRUPT: 'environment',
  CHECKPOINT_UNFIT: 'environment',
  STORE_BUSY: 'environment',
  STORE_FAILED: 'environment',
  STORE_VALUE: 'environment',
  STORE_MISSING: 'environment',
  STORE_CORRUPT: 'environment',
  STORE_CLOSED: 'environment',
  STORE_CRASHED: 'environment',
  SCHEMA_TOO_NEW: 'environment',
  SCHEMA_TOO_OLD: 'environment',
  BLOB_NOT_FOUND: 'environment',
  DISK_FULL: 'environment',
  // the environment
  NOT_A_REPOSITORY: 'environment',
  REPOSITORY_EMPTY: 'environment',
  REPOSITORY_BARE: 'environment',
  GIT_MISSING: 'environment',
  GIT_FAILED: 'environment',
  WORKSPACE_LOST: 'environment',
  SANDBOX_UNAVAILABLE: 'environment',
  COMMAND_NOT_FOUND: 'environment',
  // faults of Forge itself
  INTERNAL: 'failed',
} as const satisfies Record<string, ExitName>;

export type ErrorCode = keyof typeof errorTable;

export interface ErrorDetails {
  /** File, line, field, command or plugin in question. */
  readonly where?: string;
  /** The lines around that place, with a mark under it. */
  readonly frame?: string;
  /** What led to it: found against expected. */
  readonly why?: string;
  /** What the person can do, starting with a verb or a command. */
  readonly fix?: string;
  /** The plugin whose code it happened in. */
  readonly plugin?: string;
  /** Trying again may help: network faults, overload, rate limits. Default false. */
  readonly transient?: boolean;
  /** The least time to wait before another try, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Bytes of a model's reply that had arrived when it broke off: what it may have cost is estimated from them. */
  readonly receivedBytes?: number;
  /** Facts for programs. */
  readonly data?: Json;
}

/**
 * The one error class. Never compare by `instanceof` across packages: two copies of this file are normal. Use
 * `isForgeError` or compare `code`.
 */
export class ForgeError extends Error {
  override readonly name = 'ForgeError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}

/** Makes an error with a literal code. `message` is one line that says what happened. */
export function forgeError(
  code: ErrorCode,
  message: string,
  details: ErrorDetails & { readonly cause?: unknown } = {},
): ForgeError {
  const { cause, ...rest } = details;
  return new ForgeError(code, message, rest, cause);
}

/** True for a ForgeError of any copy of this package, with that code when one is given. */
export function isForgeError(error: unknown, code?: ErrorCode): error is ForgeError {
  if (!(error instanceof Error) || error.name !== 'ForgeError') return false;
  const found = (error as { code?: unknown }).code;
  return code === undefined ? typeof found === 'string' && found in errorTable : found === code;
}

/** The exit code that an error leads to; 1 for whatever is not a ForgeError. */
export function exitCodeOf(error: unknown): number {
  return isForgeError(error) ? exitCodes[errorTable[error.code]] : exitCodes.failed;
}

/** Several faults found together. `errors` holds them all, in the order found. */
export class ForgeFaults extends AggregateError {
  override readonly name = 'ForgeFaults';
  override readonly errors: ForgeError[];

  constructor(errors: readonly ForgeError[]) {
    super(errors, errors.map((error) => error.message).join('\n'));
    this.errors = [...errors];
  }
}

/** The ForgeErrors inside any error: itself, or all of a gathered one; others are wrapped as INTERNAL. */
export function faultsOf(error: unknown): ForgeError[] {
  if (isForgeError(error)) return [error];
  if (error instanceof Error && error.name === 'ForgeFaults' && 'errors' in error) {
    return (error.errors as unknown[]).flatMap(faultsOf);
  }
  const message = error instanceof Error ? error.message : String(error);
  return [forgeError('INTERNAL', message, { cause: error })];
}
