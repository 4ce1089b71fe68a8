import {
  eventSchemas,
  forgeError,
  z,
  type Clock,
  type EventPayload,
  type EventTransport,
  type EventType,
  type ForgeEvent,
  type Lease,
  type Logger,
  type RunPatch,
  type RunStore,
} from '@forge/plugin-api';
import type { PassCrashPoint } from '../crash-points.ts';
import { deepFreeze } from './deep-freeze.ts';
import { hashJson } from './hash.ts';
import { maskJson } from './mask-json.ts';

export interface EventMeta {
  readonly source?: string | undefined;
  readonly phase?: string | undefined;
  readonly taskId?: string | undefined;
  readonly executionId?: string | undefined;
  readonly rationale?: string | undefined;
  readonly tokensUsed?: number | undefined;
  readonly costUsd?: number | undefined;
  readonly durationMs?: number | undefined;
  /** A copy of what happened in another run. */
  readonly inherited?: true | undefined;
}

export interface EventLogDeps {
  readonly store: RunStore;
  readonly bus: EventTransport;
  readonly clock: Clock;
  newId(): string;
  mask(text: string): string;
  readonly log: Logger;
  readonly crashPoint: PassCrashPoint;
}

interface Pending {
  readonly event: ForgeEvent;
  readonly patch: RunPatch | undefined;
  readonly settle: PromiseWithResolvers<ForgeEvent>;
}

/** SHA-256 over the canonical JSON of all fields but the hash itself. */
export function hashEvent(event: Omit<ForgeEvent, 'hash'> & { readonly hash?: string }): string {
  const { hash: _hash, ...rest } = event;
  return hashJson(rest);
}

/**
 * The writing end of one run's log. Sequence and hash are given when `emit` is called, so the order of calls is the
 * order of events; events that arrive while a write is under way share the next one. After the first failed write
 * nothing more is written: a log with a gap would be worse than a stopped run.
 */
export class EventLog {
  readonly #deps: EventLogDeps;
  readonly #lease: () => Lease;
  readonly #pending: Pending[] = [];
  readonly #listeners = new Set<(event: ForgeEvent) => void>();
  #seq: number;
  #lastHash: string;
  #writing: Promise<void> | undefined;
  #failure: unknown;

  constructor(deps: EventLogDeps, lease: () => Lease, head: { readonly seq: number; readonly hash: string }) {
    this.#deps = deps;
    this.#lease = lease;
    this.#seq = head.seq;
    this.#lastHash = head.hash;
  }

  /** Resolves when the event is durable. `patch` changes the run's head in the same transaction. */
  emit<T extends EventType>(
    type: T,
    payload: EventPayload<T>,
    meta: EventMeta = {},
    patch?: RunPatch,
  ): Promise<ForgeEvent> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const stored = this.#queue(type, payload, meta, patch);
    this.#write();
    return stored;
  }

  /**
   * For what a call has given. It is written with the next event, and one write is less; at the latest in the next turn
   * of the loop. Whoever does a deed because of it emits another event first, or waits for `durable`: so the deed is
   * never older than what it follows from. Nobody has to wait for the promise: a failure is the next event's too.
   */
  emitSoon<T extends EventType>(
    type: T,
    payload: EventPayload<T>,
    meta: EventMeta = {},
    patch?: RunPatch,
  ): Promise<ForgeEvent> {
    const stored =
      this.#failure === undefined ? this.#queue(type, payload, meta, patch) : Promise.reject(this.#failure);
    stored.catch(() => undefined);
    void this.#deps.clock.sleep(0).then(() => this.#write());
    return stored;
  }

  /** The newest event, stored or about to be. */
  get head(): { readonly seq: number; readonly hash: string } {
    return { seq: this.#seq, hash: this.#lastHash };
  }

  /** Called with every event once it is durable, in order. */
  onStored(listener: (event: ForgeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when everything emitted so far is durable or has failed. */
  async settled(): Promise<void> {
    this.#write();
    while (this.#writing !== undefined) await this.#writing;
  }

  /** Resolves when everything emitted so far is durable, rejects when it is not. */
  async durable(): Promise<void> {
    await this.settled();
    if (this.#failure !== undefined) throw this.#failure;
  }

  #queue(type: EventType, payload: unknown, meta: EventMeta, patch: RunPatch | undefined): Promise<ForgeEvent> {
    const event = this.#seal(type, payload, meta);
    const settle = Promise.withResolvers<ForgeEvent>();
    this.#pending.push({ event, patch: maskJson(patch, this.#mask), settle });
    return settle.promise;
  }

  #write(): void {
    if (this.#pending.length > 0) this.#writing ??= this.#drain();
  }

  #seal(type: EventType, payload: unknown, meta: EventMeta): ForgeEvent {
    const checked = eventSchemas[type].safeParse(this.#masked(payload));
    if (!checked.success) {
      throw forgeError('EVENT_INVALID', `An event "${type}" has a wrong shape`, {
        why: z.prettifyError(checked.error),
      });
    }
    const { source = 'kernel', ...around } = meta;
    const unsealed = {
      ...(this.#masked(around) as EventMeta),
      id: this.#deps.newId(),
      traceId: this.#lease().runId,
      seq: this.#seq + 1,
      timestamp: this.#deps.clock.now(),
      type,
      source,
      payload: checked.data,
      fence: this.#lease().fence,
      previousHash: this.#lastHash,
    } as unknown as Omit<ForgeEvent, 'hash'>;
    const event = deepFreeze({ ...unsealed, hash: hashEvent(unsealed) }) as ForgeEvent;
    this.#seq = event.seq;
    this.#lastHash = event.hash;
    return event;
  }

  readonly #mask = (text: string): string => this.#deps.mask(text);

  #masked(payload: unknown): unknown {
    // Through its text, so that what JSON cannot hold is dropped and the hash is over what will be read back.
    return maskJson(JSON.parse(JSON.stringify(payload)) as unknown, this.#mask);
  }

  async #drain(): Promise<void> {
    // One turn of the loop, so that events emitted together are written together.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const batch = this.#pending.splice(0);
      try {
        await this.#append(batch);
      } catch (error) {
        this.#failure = error;
        for (const { settle } of [...batch, ...this.#pending.splice(0)]) settle.reject(error);
      }
    }
    this.#writing = undefined;
  }

  async #append(batch: readonly Pending[]): Promise<void> {
    const events = batch.map(({ event }) => event);
    const patches = batch.flatMap(({ patch }) => patch ?? []);
    this.#deps.crashPoint('event.appending');
    await this.#deps.store.append(
      this.#lease(),
      events,
      patches.length > 0 ? Object.assign({}, ...patches) : undefined,
    );
    this.#deps.crashPoint('event.stored');
    for (const event of events) for (const listener of this.#listeners) listener(event);
    for (const { event, settle } of batch) settle.resolve(event);
    this.#deps.bus.publish(events).catch((error: unknown) => {
      this.#deps.log.warn('the event bus failed; listeners catch up from the store', { error: String(error) });
    });
  }
}
