import {
  isForgeError,
  leaseOwnerSchema,
  type Clock,
  type Lease,
  type LeaseOwner,
  type RunStore,
} from '@forge/plugin-api';
import type { PassCrashPoint } from '../crash-points.ts';

export interface LeaseDeps {
  readonly store: RunStore;
  readonly clock: Clock;
  readonly owner: LeaseOwner;
  isAlive(owner: LeaseOwner): boolean;
  readonly crashPoint: PassCrashPoint;
}

/** How long a silent owner keeps a run, and how often a living one says so, in milliseconds. */
const ttlMs = 30_000;
const heartbeatMs = 10_000;

export interface LeaseKeeper {
  current(): Lease;
  /**
   * To be asked right before a deed that others see. Resolves at once while the lease lasts. A process that stood still
   * for longer than that renews it first: rejects with LEASE_LOST when another one has taken over meanwhile.
   */
  hold(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes the run, at once when its owner's process is known to have ended, and keeps it until released. `onLost` is
 * called once when another owner took it. Rejects with LEASE_HELD.
 */
export async function keepLease(
  deps: LeaseDeps,
  runId: string,
  onLost: (error: unknown) => void,
): Promise<LeaseKeeper> {
  let lease = await acquire(deps, runId);
  deps.crashPoint('lease.taken');
  const ended = new AbortController();
  const beating = beat();
  beating.catch((error: unknown) => {
    if (!ended.signal.aborted) onLost(error);
  });

  async function beat(): Promise<void> {
    for (;;) {
      await deps.clock.sleep(heartbeatMs, ended.signal);
      await renew();
    }
  }

  async function renew(): Promise<void> {
    lease = await deps.store.renewLease(lease, { ttlMs, now: deps.clock.now() });
  }

  return {
    current: () => lease,
    async hold() {
      while (deps.clock.now() >= lease.expiresAt) await renew();
    },
    async release() {
      ended.abort();
      await deps.store.releaseLease(lease);
    },
  };
}

async function acquire(deps: LeaseDeps, runId: string): Promise<Lease> {
  const { store, owner, clock } = deps;
  const request = { owner, ttlMs, now: clock.now() };
  try {
    return await store.acquireLease(runId, request);
  } catch (error) {
    if (!isForgeError(error, 'LEASE_HELD')) throw error;
    const holder = leaseOwnerSchema.safeParse(error.details.data);
    if (!holder.success || deps.isAlive(holder.data)) throw error;
    return store.acquireLease(runId, { ...request, replace: holder.data.id });
  }
}
