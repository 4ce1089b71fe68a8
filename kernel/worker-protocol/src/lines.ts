import type { Readable } from 'node:stream';

/** Longer than any honest message, in bytes: what has no end of line by then is no message. */
const longestLine = 256 * 1024 * 1024;
const endOfLine = 0x0a;

/** Calls `onLine` with every whole line, at once and in order. Resolves at the end; rejects when the stream breaks. */
export function readLines(stream: Readable, onLine: (line: string) => void, longest = longestLine): Promise<void> {
  let parts: Buffer[] = [];
  let held = 0;
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => {
      let from = 0;
      for (let end = chunk.indexOf(endOfLine); end >= 0; end = chunk.indexOf(endOfLine, from)) {
        parts.push(chunk.subarray(from, end));
        from = end + 1;
        const line = Buffer.concat(parts).toString('utf8');
        parts = [];
        held = 0;
        onLine(line);
      }
      if (from < chunk.length) parts.push(chunk.subarray(from));
      held += chunk.length - from;
      if (held > longest) stream.destroy(new Error(`a line is longer than ${longest} bytes`));
    });
    stream.on('error', reject);
    stream.on('end', () => resolve());
    stream.on('close', () => resolve());
  });
}
