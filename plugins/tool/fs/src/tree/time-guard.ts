import { type Context, createContext, Script } from 'node:vm';
import { forgeError } from '@forge/plugin-api';

interface Holder {
  task: () => unknown;
}

let guarded: { readonly holder: Holder; readonly context: Context; readonly script: Script } | undefined;

/**
 * Runs a task that may take for ever, such as a regular expression that somebody else wrote, and ends it after
 * `milliseconds`. Nothing of the task runs after that, its `finally` blocks neither.
 *
 * @throws INPUT_INVALID when the time is over, with `what` as the culprit
 */
export function runWithin<T>(milliseconds: number, what: string, task: () => T): T {
  guarded ??= guard();
  const { holder, context, script } = guarded;
  const before = holder.task;
  holder.task = task;
  try {
    return script.runInContext(context, { timeout: milliseconds }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException | undefined)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw forgeError('INPUT_INVALID', `${what} takes too long; make it simpler`, { cause: error });
  } finally {
    holder.task = before;
  }
}

// Node can end running code only when it was started as a script of `node:vm`; what the script calls may be ours.
function guard() {
  const holder: Holder = { task: () => undefined };
  return { holder, context: createContext(holder), script: new Script('task()') };
}
