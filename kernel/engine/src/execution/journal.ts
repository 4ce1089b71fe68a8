import { forgeError, type Clock, type ForgeError, type Json } from '@forge/plugin-api';
import type { EntryOf, ExecutionRecord, JournalEntry } from '../run/run-state.ts';
import { ReplayOrder } from './replay-order.ts';

/**
 * What an execution did before, answered under the ordinal of each call. An ordinal is given at the moment of the
 * call, and answers come in the order in which they came at first, so calls made in parallel find their own entries
 * again.
 */
export class Journal {
  readonly #executionId: string;
  readonly #entries: Readonly<Record<number, JournalEntry>>;
  readonly #last: number;
  readonly #order: ReplayOrder;
  #ordinal = 0;
  #ended: { readonly reason: unknown } | undefined;

  constructor(executionId: string, record: ExecutionRecord | undefined, clock: Pick<Clock, 'sleep'>) {
    this.#executionId = executionId;
    this.#entries = { ...record?.journal };
    const ordinals = Object.keys(this.#entries).map(Number);
    this.#last = ordinals.reduce((last, ordinal) => Math.max(last, ordinal), 0);
    const answered = ordinals.flatMap((ordinal) => {
      const seq = this.#entries[ordinal]?.answeredAt;
      return seq === undefined ? [] : [[ordinal, seq] as const];
    });
    this.#order = new ReplayOrder(new Map(answered), clock);
  }

  /** Throws what the execution was ended with. */
  nextOrdinal(): number {
    this.throwIfEnded();
    this.#ordinal += 1;
    return this.#ordinal;
  }

  /**
   * No call is made from now on, and the execution ends with this, whatever the agent makes of it. Calls under way come
   * to their end.
   */
  end(reason: unknown): void {
    this.#ended ??= { reason };
  }

  throwIfEnded(): void {
    if (this.#ended !== undefined) throw this.#ended.reason;
  }

  /** Nothing was recorded after this call. */
  isLast(ordinal: number): boolean {
    return ordinal >= this.#last;
  }

  /** The entry of that call. Ends the execution with JOURNAL_MISMATCH when another call was made there before. */
  find<K extends JournalEntry['kind']>(ordinal: number, kind: K, hash: string): EntryOf<K> | undefined {
    const entry = this.#entries[ordinal];
    if (entry === undefined) return undefined;
    if (entry.kind === kind && entry.hash === hash) return entry as EntryOf<K>;
    throw this.#mismatch(ordinal, `${entry.kind} ${entry.hash.slice(0, 12)}`, `${kind} ${hash.slice(0, 12)}`, {
      recorded: { kind: entry.kind, hash: entry.hash },
      now: { kind, hash },
    });
  }

  /**
   * Resolves when the answer of that call may be given. Ends the execution with JOURNAL_MISMATCH when a call that was
   * answered before it is not made any more.
   */
  async turnOf(ordinal: number): Promise<void> {
    const missing = await this.#order.turnOf(ordinal);
    if (missing === undefined) return;
    const entry = this.#entries[missing];
    throw this.#mismatch(missing, `${entry?.kind} ${entry?.hash.slice(0, 12)}`, 'nothing', {
      now: { waiting: ordinal },
    });
  }

  #mismatch(ordinal: number, recorded: string, now: string, data: { readonly [name: string]: Json }): ForgeError {
    const mismatch = forgeError('JOURNAL_MISMATCH', `Execution ${this.#executionId} does something else than before`, {
      where: `call ${ordinal}`,
      why: `recorded: ${recorded}; now: ${now}. An agent must do the same with the same answers; other things go through ctx.step`,
      fix: 'resume with the version of the plugin that began the run, or start a new run',
      data: { executionId: this.#executionId, ordinal, ...data },
    });
    this.end(mismatch);
    return mismatch;
  }
}
