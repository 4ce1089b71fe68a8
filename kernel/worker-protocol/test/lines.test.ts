import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readLines } from '../src/lines.ts';

describe('lines', () => {
  it('come whole and in order, however the bytes arrive', async () => {
    const stream = new PassThrough();
    const lines: string[] = [];
    const read = readLines(stream, (line) => lines.push(line));
    // A line separator of Unicode ends no line: JSON leaves it as it is.
    const text = 'one\n\nfür \u2028 zwei\n{"three":3}\nhalf';
    for (const byte of Buffer.from(text)) stream.write(Buffer.of(byte));
    stream.end();
    await read;
    expect(lines).toEqual(['one', '', 'für \u2028 zwei', '{"three":3}']);
  });

  it('have an end: a flood without one breaks the stream', async () => {
    const stream = new PassThrough();
    const read = readLines(stream, () => {}, 10);
    stream.write('12345');
    stream.write('123456');
    await expect(read).rejects.toThrow('longer than 10 bytes');
    expect(stream.destroyed).toBe(true);
  });
});
