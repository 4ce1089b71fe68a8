import { forgeError } from '@forge/plugin-api';
import type { EntryOf, ExecutionRecord, JournalEntry } from '../run/run-state.ts';

/**
 * What an execution did before, answered under the ordinal of each call. An ordinal is given at the moment of the
 * call, so calls made in parallel find their own entries again.
 */
export class Journal {
  readonly #executionId: string;
  readonly #entries: Readonly<Record<number, JournalEntry>>;
  readonly #last: number;
  #ordinal = 0;
  #ended: { readonly reason: unknown } | undefined;

  constructor(executionId: string, record: ExecutionRecord | undefined) {
    this.#executionId = executionId;
    this.#entries = { ...record?.journal };
    this.#last = Math.max(0, ...Object.keys(this.#entries).map(Number));
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
    const mismatch = forgeError('JOURNAL_MISMATCH', `Execution ${this.#executionId} does something else than before`, {
      where: `call ${ordinal}`,
      why: `recorded: ${entry.kind} ${entry.hash.slice(0, 12)}; now: ${kind} ${hash.slice(0, 12)}. An agent must do the same with the same answers; other things go through ctx.step`,
      fix: 'resume with the version of the plugin that began the run, or start a new run',
      data: {
        executionId: this.#executionId,
        ordinal,
        recorded: { kind: entry.kind, hash: entry.hash },
        now: { kind, hash },
      },
    });
    this.end(mismatch);
    throw mismatch;
  }
}
