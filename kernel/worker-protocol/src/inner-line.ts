import { Duplex } from 'node:stream';

export interface InnerLine {
  readonly stream: Duplex;
  /** What came from the other side; undefined: it has ended. */
  take(text: string | undefined): void;
}

/** A stream whose text travels in messages of another line. */
export function createInnerLine(say: (text: string | undefined) => void): InnerLine {
  const stream = new Duplex({
    decodeStrings: false,
    read: () => undefined,
    write: (text: string, _encoding, done) => {
      say(text);
      done();
    },
    final: (done) => {
      say(undefined);
      done();
    },
  });
  return {
    stream,
    take: (text) => {
      if (!stream.destroyed) stream.push(text === undefined ? null : Buffer.from(text));
    },
  };
}
