import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommandFixture, commandFixture, MiB } from './command-fixture.ts';

let fixture: CommandFixture;
beforeEach(() => {
  fixture = commandFixture();
});
afterEach(() => fixture.remove());

const KEPT = { headBytes: 16 * 1024, tailBytes: 16 * 1024 };
const GIGABYTE = 1_000_000_000;

async function withMemory<T>(work: (sample: () => void) => Promise<T>): Promise<{ result: T; grownBytes: number }> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let highest = before;
  const sample = () => {
    highest = Math.max(highest, process.memoryUsage.rss());
  };
  const result = await work(sample);
  sample();
  return { result, grownBytes: highest - before };
}

describe('output floods', () => {
  const FLOODS = [
    { name: '1 GB in one line', script: `head -c ${GIGABYTE} /dev/zero | tr '\\0' x`, start: 'xxxx', end: 'xxxx' },
    { name: '1 GB of lines', script: `yes | head -c ${GIGABYTE}`, start: 'y\ny\n', end: 'y\ny\n' },
    { name: '1 GB of NUL', script: `head -c ${GIGABYTE} /dev/zero`, start: '␀␀', end: '␀␀' },
  ];
  it.each(FLOODS)('$name: at most 50 MB more memory, head and tail kept', async ({ script, start, end }) => {
    const { result, grownBytes } = await withMemory((sample) =>
      fixture.shell(`echo first; ${script}; echo last`, {
        output: { ...KEPT, onChunk: throttled(sample) },
      }),
    );
    const { text, truncated, totalBytes } = result.output;
    expect(truncated).toBe(true);
    expect(totalBytes).toBe(GIGABYTE + 'first\nlast\n'.length);
    expect(text.startsWith(`first\n${start}`)).toBe(true);
    expect(text.endsWith(`${end}last\n`)).toBe(true);
    expect(text).toContain(`of ${totalBytes} bytes left out`);
    expect(grownBytes / MiB).toBeLessThan(50);
  });

  it('an endless flood ends with its time limit', async () => {
    const { result, grownBytes } = await withMemory((sample) =>
      fixture.shell('yes', { timeoutMs: 500, output: { ...KEPT, onChunk: throttled(sample) } }),
    );
    expect(result).toMatchObject({ timedOut: true, output: { truncated: true } });
    expect(result.output.text.length).toBeLessThan(40_000);
    expect(grownBytes / MiB).toBeLessThan(50);
  });

  it('binary: well-formed text, hash over the raw bytes', async () => {
    const hash = createHash('sha256');
    const result = await fixture.shell(`head -c ${MiB} /dev/urandom`, {
      output: { ...KEPT, onChunk: (bytes) => void hash.update(bytes) },
    });
    expect(result.output.text.isWellFormed()).toBe(true);
    expect(JSON.parse(JSON.stringify(result.output.text))).toBe(result.output.text);
    expect(result.output.sha256).toBe(hash.digest('hex'));
  });
});

function throttled(action: () => void): () => void {
  let calls = 0;
  return () => {
    if (calls++ % 256 === 0) action();
  };
}
