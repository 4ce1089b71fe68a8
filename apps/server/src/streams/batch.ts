import type { ForgeEvent } from '@forge/plugin-api';

/** One event, made into text once for all who get it. */
export interface Frame {
  readonly seq: number;
  readonly json: string;
}

/** Events in a row. */
export interface Batch {
  readonly lastSeq: number;
  readonly frames: readonly Frame[];
  /** As server-sent events, in one piece. */
  sse(): Buffer;
  /** Those of it that come behind a seq; itself when that is all. */
  behind(seq: number): Batch;
}

export function frameOf(event: ForgeEvent): Frame {
  return { seq: event.seq, json: JSON.stringify(event) };
}

export function batchOf(frames: readonly Frame[]): Batch {
  let bytes: Buffer | undefined;
  const batch: Batch = {
    lastSeq: frames.at(-1)?.seq ?? 0,
    frames,
    sse: () => (bytes ??= Buffer.from(frames.map(({ seq, json }) => `id: ${seq}\ndata: ${json}\n\n`).join(''))),
    behind: (seq) => (seq < (frames[0]?.seq ?? 0) ? batch : batchOf(frames.filter((frame) => frame.seq > seq))),
  };
  return batch;
}
