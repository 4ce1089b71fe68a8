import { createHash } from 'node:crypto';
import { endOfLastCharacter, readableText, startOfFirstCharacter } from './readable-text.ts';

export interface CappedText {
  /** Readable text of the head and the tail, with a note between them that says how many bytes are left out. */
  readonly text: string;
  readonly truncated: boolean;
  readonly totalBytes: number;
  /** SHA-256 over all raw bytes, in hexadecimal, also over those left out of the text. */
  readonly sha256: string;
}

export interface CappedOutput {
  write(bytes: Uint8Array): void;
  finish(): CappedText;
}

/** Keeps the first `headBytes` and the last `tailBytes` of a stream of any length, in that much memory and no more. */
export function createCappedOutput(limits: { readonly headBytes: number; readonly tailBytes: number }): CappedOutput {
  const hash = createHash('sha256');
  let total = 0;
  let head = Buffer.allocUnsafe(0);
  let headLength = 0;
  let tail: Buffer | undefined;

  const keepHead = (bytes: Uint8Array) => {
    if (headLength + bytes.length > head.length) {
      const size = Math.min(limits.headBytes, Math.max(1024, 2 * (headLength + bytes.length)));
      const larger = Buffer.allocUnsafe(size);
      head.copy(larger, 0, 0, headLength);
      head = larger;
    }
    head.set(bytes, headLength);
    headLength += bytes.length;
  };

  // A ring: the byte number n after the head lies at n modulo its size.
  const keepTail = (bytes: Uint8Array, position: number) => {
    if (limits.tailBytes === 0) return;
    tail ??= Buffer.allocUnsafe(limits.tailBytes);
    const skipped = Math.max(0, bytes.length - limits.tailBytes);
    const kept = bytes.subarray(skipped);
    const start = (position + skipped) % limits.tailBytes;
    const untilEnd = Math.min(kept.length, limits.tailBytes - start);
    tail.set(kept.subarray(0, untilEnd), start);
    tail.set(kept.subarray(untilEnd), 0);
  };

  return {
    write(bytes) {
      hash.update(bytes);
      const forHead = Math.min(bytes.length, Math.max(0, limits.headBytes - headLength));
      if (forHead > 0) keepHead(bytes.subarray(0, forHead));
      if (forHead < bytes.length) keepTail(bytes.subarray(forHead), total + forHead - limits.headBytes);
      total += bytes.length;
    },
    finish() {
      const sha256 = hash.digest('hex');
      const first = head.subarray(0, headLength);
      const last = orderedTail(tail, total - limits.headBytes);
      if (total <= limits.headBytes + limits.tailBytes) {
        return { text: readableText(Buffer.concat([first, last])), truncated: false, totalBytes: total, sha256 };
      }
      const headEnd = endOfLastCharacter(first);
      const tailStart = startOfFirstCharacter(last);
      const leftOut = total - headEnd - (last.length - tailStart);
      const note = `\n[… ${leftOut} of ${total} bytes left out …]\n`;
      const text = readableText(first.subarray(0, headEnd)) + note + readableText(last.subarray(tailStart));
      return { text, truncated: true, totalBytes: total, sha256 };
    },
  };
}

function orderedTail(tail: Buffer | undefined, written: number): Uint8Array {
  if (tail === undefined) return new Uint8Array(0);
  if (written <= tail.length) return tail.subarray(0, written);
  const start = written % tail.length;
  return Buffer.concat([tail.subarray(start), tail.subarray(0, start)]);
}
