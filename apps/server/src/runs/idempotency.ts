import { hash } from 'node:crypto';
import { type Clock, forgeError, z } from '@forge/plugin-api';
import type { StateFolder } from '../state/state-folder.ts';
import { workSchema, type Work } from './work.ts';

const recordSchema = z.strictObject({ bodyHash: z.string(), work: workSchema, at: z.number() });
const keepMs = 24 * 3_600_000;

/** One run for equal requests with one key, however many and however often the server starts anew, for a day. */
export interface Idempotency {
  /** The work that goes with the key: the given one the first time. Rejects with IDEMPOTENCY_MISMATCH. */
  once(caller: string, key: string, body: unknown, make: () => Work): Promise<Work>;
  /** The request was refused: the key may be used again. */
  forget(caller: string, key: string): Promise<void>;
  /** Removes what is too old. */
  prune(): Promise<void>;
}

export function createIdempotency(folder: StateFolder, clock: Clock): Idempotency {
  // Requests at the same time must not both find nothing.
  const underWay = new Map<string, Promise<Work>>();
  const fileOf = (caller: string, key: string) => `idempotency/${hash('sha256', `${caller}\n${key}`)}.json`;

  async function look(name: string, bodyHash: string, make: () => Work): Promise<Work> {
    const found = folder.read(name, recordSchema);
    if (found === undefined || clock.now() - found.at > keepMs) {
      const work = make();
      await folder.write(name, { bodyHash, work, at: clock.now() });
      return work;
    }
    if (found.bodyHash === bodyHash) return found.work;
    throw forgeError('IDEMPOTENCY_MISMATCH', 'This Idempotency-Key was used for another request', {
      fix: 'use a new key for a new request',
      data: { runId: found.work.id },
    });
  }

  return {
    async once(caller, key, body, make) {
      const name = fileOf(caller, key);
      const before = underWay.get(name)?.catch(() => undefined) ?? Promise.resolve();
      const mine = before.then(() => look(name, hash('sha256', JSON.stringify(body)), make));
      underWay.set(name, mine);
      try {
        return await mine;
      } finally {
        if (underWay.get(name) === mine) underWay.delete(name);
      }
    },
    forget: (caller, key) => folder.remove(fileOf(caller, key)),
    async prune() {
      for (const name of await folder.list('idempotency')) {
        const found = folder.read(name, recordSchema);
        if (found !== undefined && clock.now() - found.at > keepMs) await folder.remove(name);
      }
    },
  };
}
