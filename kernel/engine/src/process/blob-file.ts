import { createHash, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

export interface BlobFileOptions {
  /** Is created and must not exist yet. */
  readonly path: string;
  /** No more than this is written: a flood must not fill the disk. */
  readonly maxBytes: number;
}

export interface BlobFileReport {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of the file's bytes, in hexadecimal. */
  readonly sha256: string;
  /** False when `maxBytes` cut it. */
  readonly complete: boolean;
}

export interface BlobFile {
  /** Answers a promise when the disk is behind; wait for it before the next write. */
  write(bytes: Uint8Array): Promise<void> | undefined;
  /** Rejects when the file could not be written (disk full, no such folder). */
  finish(): Promise<BlobFileReport>;
}

/** Raw output of a command, streamed into a file that only the owner may read. */
export function createBlobFile(options: BlobFileOptions): BlobFile {
  const stream = createWriteStream(options.path, { flags: 'wx', mode: 0o600 });
  const done = finished(stream);
  // Seen by finish(); until then it must not count as an unhandled rejection.
  const ended = done.catch(() => undefined);
  const hash: Hash = createHash('sha256');
  let written = 0;
  let complete = true;

  return {
    write(bytes) {
      const room = options.maxBytes - written;
      if (bytes.length > room) complete = false;
      if (room <= 0 || stream.errored) return undefined;
      const part = Buffer.from(bytes.subarray(0, room));
      hash.update(part);
      written += part.length;
      if (stream.write(part)) return undefined;
      return Promise.race([new Promise<void>((resolve) => stream.once('drain', resolve)), ended]);
    },
    async finish() {
      stream.end();
      await done;
      return { path: options.path, bytes: written, sha256: hash.digest('hex'), complete };
    },
  };
}
