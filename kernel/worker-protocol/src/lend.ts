import { forgeError, type Json } from '@forge/plugin-api';
import type { Lent } from './plugin-messages.ts';

type Function = (...args: readonly unknown[]) => unknown;

export interface Loan {
  readonly lent: Lent;
  /** Calls one of its functions. Only what was lent can be called: nothing is looked up by a name from outside. */
  use(path: string, args: readonly Json[]): Promise<Json | undefined>;
}

/**
 * An object as it goes to another process: data goes along, functions are called back, also those of objects directly
 * in it. A signal stays here; who lends says when it aborts.
 */
export function lend(context: object): Loan {
  const functions = new Map<string, Function>();
  const data: Record<string, Json> = {};
  for (const [name, value] of Object.entries(context) as [string, unknown][]) {
    if (value instanceof AbortSignal || value === undefined) continue;
    if (typeof value === 'function') functions.set(name, value.bind(context) as Function);
    else if (hasFunctions(value)) {
      for (const [inner, each] of Object.entries(value)) functions.set(`${name}.${inner}`, each.bind(value));
    } else data[name] = value as Json;
  }
  return {
    lent: { data, functions: [...functions.keys()] },
    async use(path, args) {
      const call = functions.get(path);
      if (call === undefined) throw forgeError('UNSUPPORTED', `There is no "${path}" to call`);
      return (await call(...args)) as Json | undefined;
    },
  };
}

/** What was lent, on the other side. Each of its functions gives a promise. */
export function borrow(lent: Lent, use: (path: string, args: readonly unknown[]) => Promise<unknown>): object {
  const borrowed: Record<string, unknown> = { ...lent.data };
  for (const path of lent.functions) {
    const [name = '', inner] = path.split('.');
    const call = (...args: unknown[]) => {
      const answer = use(path, args);
      // Nobody waits for what a log line came to, and the process must not end with it.
      answer.catch(() => undefined);
      return answer;
    };
    if (inner === undefined) borrowed[name] = call;
    else borrowed[name] = { ...(borrowed[name] as object | undefined), [inner]: call };
  }
  return borrowed;
}

function hasFunctions(value: unknown): value is Record<string, Function> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const members = Object.values(value);
  return members.length > 0 && members.every((member) => typeof member === 'function');
}
