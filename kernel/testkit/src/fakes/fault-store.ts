import { forgeError, type RunStore } from '@forge/plugin-api';

export interface StoreFault {
  /** Which call goes wrong, from 1, whatever it asks for. */
  readonly call: number;
  /**
   * `fail`: it rejects with STORE_FAILED and nothing was done. `hang`: it never answers, and nothing was done. `crash`:
   * it was done, and neither this call nor a later one is ever answered: the process that made it is dead.
   */
  readonly kind: 'fail' | 'hang' | 'crash';
  /** Told when it happens. */
  readonly onFault?: () => void;
}

export interface FaultStore extends RunStore {
  /** Calls so far. */
  readonly calls: number;
}

const never = new Promise<never>(() => undefined);

/** A store that keeps its promises but for one call. */
export function createFaultStore(store: RunStore, fault: StoreFault): FaultStore {
  let calls = 0;
  let isDead = false;

  const faulty =
    (act: (...args: unknown[]) => Promise<unknown>) =>
    async (...args: unknown[]) => {
      if (isDead) return never;
      calls += 1;
      if (calls !== fault.call) return act.apply(store, args);
      if (fault.kind === 'crash') {
        isDead = true;
        await act.apply(store, args).catch(() => undefined);
      }
      fault.onFault?.();
      if (fault.kind === 'fail') throw forgeError('STORE_FAILED', `Call ${calls} of the store fails`);
      return never;
    };

  const members = Object.entries(store) as [string, unknown][];
  const methods = members.map(([name, member]) => [
    name,
    typeof member === 'function' ? faulty(member as never) : member,
  ]);
  return Object.defineProperty(Object.fromEntries(methods), 'calls', {
    get: () => calls,
    enumerable: true,
  }) as FaultStore;
}
