import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCappedOutput } from '../../src/process/capped-output.ts';

function capped(input: Uint8Array, chunk: number, headBytes: number, tailBytes: number) {
  const output = createCappedOutput({ headBytes, tailBytes });
  for (let at = 0; at < input.length; at += chunk) output.write(input.subarray(at, at + chunk));
  return output.finish();
}

describe('capped output', () => {
  const text = Array.from({ length: 100 }, (_, i) => `line ${i} grüße 🙂\n`).join('');
  const input = Buffer.from(text);
  const sha256 = createHash('sha256').update(input).digest('hex');

  it.each([1, 2, 3, 7, 64, 1000, 100_000])('does not depend on how the bytes are cut: %i', (chunk) => {
    const whole = capped(input, input.length, 300, 200);
    expect(capped(input, chunk, 300, 200)).toEqual(whole);
    expect(whole.sha256).toBe(sha256);
  });

  it.each([0, 1, 2, 3, 4])('never cuts a character in two: shifted by %i', (shift) => {
    const { text: kept } = capped(Buffer.from('🙂é'.repeat(100)), 5, 50 + shift, 40 + shift);
    expect(kept).not.toContain('\ufffd');
    const leftOut = Number(/\[… (\d+) of 600 bytes left out …]/.exec(kept)?.[1]);
    expect(Buffer.byteLength(kept.replace(/\n\[.*\]\n/, '')) + leftOut).toBe(600);
  });

  const LIMITS = [
    { name: 'nothing', size: 0, truncated: false },
    { name: 'exactly the head', size: 10, truncated: false },
    { name: 'head and a part of the tail', size: 13, truncated: false },
    { name: 'exactly both', size: 16, truncated: false },
    { name: 'one more', size: 17, truncated: true },
    { name: 'the tail many times over', size: 1000, truncated: true },
  ];
  it.each(LIMITS)('$name', ({ size, truncated }) => {
    const bytes = Buffer.from(Array.from({ length: size }, (_, i) => 97 + (i % 26)));
    const all = bytes.toString();
    const result = capped(bytes, 4, 10, 6);
    expect(result.truncated).toBe(truncated);
    expect(result.text).toBe(
      truncated ? `${all.slice(0, 10)}\n[… ${size - 16} of ${size} bytes left out …]\n${all.slice(-6)}` : all,
    );
  });

  it('keeps no tail when none is wanted', () => {
    expect(capped(Buffer.from('abcdef'), 1, 2, 0).text).toBe('ab\n[… 4 of 6 bytes left out …]\n');
  });
});
