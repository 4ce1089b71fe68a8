import { Duplex } from 'node:stream';

/** A piece of a line that travels within another one; without text: its end. */
export interface Piece {
  readonly id: number;
  readonly text?: string | undefined;
}

export type SayPiece = (piece: { id: number; text?: string }) => void;

/** Streams whose text travels in messages of another line, each under a number. */
export interface InnerLines {
  open(id: number): Duplex;
  /** What came from the other side. */
  take(piece: Piece): void;
  close(id: number): void;
  /** The outer line is gone. */
  destroyAll(): void;
}

export function createInnerLines(say: SayPiece): InnerLines {
  const streams = new Map<number, Duplex>();
  return {
    open(id) {
      const stream = new Duplex({
        decodeStrings: false,
        read: () => undefined,
        write: (text: string, _encoding, done) => {
          say({ id, text });
          done();
        },
        final: (done) => {
          say({ id });
          done();
        },
      });
      streams.set(id, stream);
      return stream;
    },
    take({ id, text }) {
      const stream = streams.get(id);
      if (stream?.destroyed === false) stream.push(text === undefined ? null : Buffer.from(text));
    },
    close(id) {
      streams.get(id)?.destroy();
      streams.delete(id);
    },
    destroyAll() {
      for (const stream of streams.values()) stream.destroy();
    },
  };
}
