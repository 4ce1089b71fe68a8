import {
  type Clock,
  type ErrorCode,
  forgeError,
  type ForgeError,
  ForgeError as HostError,
  isForgeError,
  type Kind,
  type Seams,
} from '@forge/plugin-api';
import { deepFreeze } from '../deep-freeze.ts';
import { schemaFaults } from '../faults/schema-faults.ts';
import { withTimeLimit } from '../world/time-limit.ts';
import { isStandardSchema, validate } from './standard-schema.ts';

export type Contribution = Seams[Kind];

interface Limit {
  readonly milliseconds: number;
  /** What it rejects with then. */
  readonly code: ErrorCode;
}

/** How one method of a contract is guarded. `self` is the contribution as its author made it. */
export interface MethodRule {
  /** Its value may come at once; only for one that does not there is a time limit. Default: it is a promise. */
  readonly sync?: boolean;
  /** May be missing; then it stays missing, because contracts say what the kernel does without it. Default false. */
  readonly optional?: boolean;
  /** Which argument is a function that it calls until the function that it gives is called. */
  readonly callback?: number;
  /** Which argument is the context of the call: what the kernel offers, and the signal whose abortion ends it. */
  readonly context?: number;
  readonly limit?: (self: Contribution) => Limit;
  /** Schema of the first argument. */
  readonly input?: (self: Contribution) => unknown;
  readonly output?: (self: Contribution) => unknown;
  /** Nothing of the checked input can be changed. Default false. */
  readonly freezeInput?: boolean;
  /**
   * What it throws comes from the kernel as often as from the plugin, because it works with the kernel's own context:
   * no plugin is blamed for a ForgeError.
   */
  readonly carriesKernelErrors?: boolean;
}

export interface KindRule {
  /** Taken over as they are. */
  readonly properties: readonly string[];
  readonly methods: Readonly<Record<string, MethodRule>>;
  /** What a call rejects with when the process of its plugin was lost. Default PLUGIN_LOST. */
  readonly lost?: ErrorCode;
  /** Says what is wrong with a contribution beyond missing methods. */
  readonly fault?: (self: Contribution) => string | undefined;
}

export interface GuardedBy {
  readonly plugin: string;
  readonly kind: Kind;
  readonly name: string;
  readonly clock: Clock;
}

type Method = (...args: unknown[]) => unknown;

/** What keeps a contribution from being one, in one line. */
export function shapeFault(rule: KindRule, contribution: unknown): string | undefined {
  if (typeof contribution !== 'object' || contribution === null) return 'is no object';
  const methods = contribution as Readonly<Record<string, unknown>>;
  for (const [method, { optional }] of Object.entries(rule.methods)) {
    const found = methods[method];
    if (typeof found === 'function' || (optional === true && found === undefined)) continue;
    return found === undefined ? `has no ${method}()` : `has a ${method} that is no function`;
  }
  return rule.fault?.(contribution as Contribution);
}

/** The contribution as the kernel calls it: every method of its contract behind the rule for it. Frozen. */
export function guard<T extends Contribution>(contribution: T, rule: KindRule, by: GuardedBy): T {
  const self = contribution as unknown as Record<string, unknown>;
  const guarded: Record<string, unknown> = {};
  for (const property of rule.properties) if (self[property] !== undefined) guarded[property] = self[property];
  for (const [method, methodRule] of Object.entries(rule.methods)) {
    if (typeof self[method] !== 'function') continue;
    const call: Method = (...args) => (self[method] as Method).apply(contribution, args);
    guarded[method] =
      methodRule.sync === true
        ? guardSync(call, methodRule, contribution, by)
        : guardAsync(call, methodRule, contribution, by);
  }
  return Object.freeze(guarded) as unknown as T;
}

function guardSync(call: Method, rule: MethodRule, self: Contribution, by: GuardedBy): Method {
  const output = rule.output?.(self);
  const limit = rule.limit?.(self);
  const late = async (value: unknown): Promise<unknown> => {
    const result =
      value instanceof Promise && limit !== undefined
        ? await withTimeLimit({ ...limit, clock: by.clock, timedOut: () => tooSlow(by, limit) }, () => value)
        : await value;
    return output === undefined ? result : checked(output, result, 'OUTPUT_INVALID', by);
  };
  return (...args) => {
    const fail = (error: unknown) => {
      throw tagged(error, by);
    };
    try {
      const value = call(...args);
      return value instanceof Promise || output !== undefined ? late(value).catch(fail) : value;
    } catch (error) {
      return fail(error);
    }
  };
}

function guardAsync(call: Method, rule: MethodRule, self: Contribution, by: GuardedBy): Method {
  const input = rule.input?.(self);
  const output = rule.output?.(self);
  const limit = rule.limit?.(self);
  return async (...given) => {
    const outer = signalOf(rule, given);
    const args = [...given];
    if (input !== undefined) args[0] = await checked(input, given[0], 'INPUT_INVALID', by);
    if (rule.freezeInput === true) deepFreeze(args[0]);
    const result = await run(call, args, { rule, by, outer, limit });
    return output === undefined ? result : checked(output, result, 'OUTPUT_INVALID', by);
  };
}

interface Running {
  readonly rule: MethodRule;
  readonly by: GuardedBy;
  readonly outer: AbortSignal | undefined;
  readonly limit: Limit | undefined;
}

async function run(call: Method, args: readonly unknown[], running: Running): Promise<unknown> {
  const { rule, by, outer, limit } = running;
  try {
    if (outer === undefined && limit === undefined) return await call(...args);
    const timedOut = () => tooSlow(by, limit ?? { milliseconds: 0, code: 'PLUGIN_FAULT' });
    return await withTimeLimit(
      { clock: by.clock, milliseconds: limit?.milliseconds, signal: outer, timedOut },
      (signal) => call(...(limit === undefined ? args : withSignal(rule, args, signal))),
    );
  } catch (error) {
    if (outer?.aborted === true && isAbort(error, outer)) throw outer.reason;
    if (rule.carriesKernelErrors === true && isForgeError(error)) throw error;
    throw tagged(error, by);
  }
}

function signalOf({ context }: MethodRule, args: readonly unknown[]): AbortSignal | undefined {
  if (context === undefined) return undefined;
  return (args[context] as { readonly signal?: AbortSignal } | undefined)?.signal;
}

/** The arguments with the signal of the call, which adds the time limit to the caller's. */
function withSignal({ context }: MethodRule, args: readonly unknown[], signal: AbortSignal): readonly unknown[] {
  return args.map((argument, at) => (at === context ? { ...(argument as object), signal } : argument));
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof Error && ['AbortError', 'TimeoutError'].includes(error.name));
}

function tooSlow({ plugin, kind, name }: GuardedBy, { milliseconds, code }: Limit): ForgeError {
  return forgeError(code, `The ${kind} "${name}" took longer than ${milliseconds / 1000} s`, { plugin });
}

async function checked(
  schema: unknown,
  value: unknown,
  code: 'INPUT_INVALID' | 'OUTPUT_INVALID',
  by: GuardedBy,
): Promise<unknown> {
  if (!isStandardSchema(schema)) return value;
  const result = await validate(schema, value);
  if (result.issues === undefined) return result.value;
  const faults = await schemaFaults(result.issues, { code, schema, value });
  const what = code === 'INPUT_INVALID' ? 'The input of' : 'What came from';
  const wrong = faults.map((fault) => fault.message).join('; ');
  throw forgeError(code, `${what} the ${by.kind} "${by.name}" does not fit its schema: ${wrong}`, {
    plugin: by.plugin,
  });
}

/** An error as it leaves a plugin: a ForgeError of any copy keeps its code, whatever else was thrown is PLUGIN_FAULT. */
function tagged(error: unknown, by: GuardedBy): ForgeError {
  if (isForgeError(error)) {
    if (error.details?.plugin !== undefined) return error;
    const copy = new HostError(error.code, error.message, { ...error.details, plugin: by.plugin }, error.cause);
    if (error.stack !== undefined) copy.stack = error.stack;
    return copy;
  }
  const message = error instanceof Error ? error.message : String(error);
  return forgeError('PLUGIN_FAULT', `The ${by.kind} "${by.name}" failed: ${message}`, {
    plugin: by.plugin,
    cause: error,
  });
}
