import { type Duplex, duplexPair } from 'node:stream';
import { vi } from 'vitest';

export interface Said {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string; readonly data?: { readonly code?: string } };
}

/** The other end of a line, spoken by hand. */
export interface OtherEnd {
  readonly stream: Duplex;
  readonly heard: Said[];
  say(message: Said): void;
  write(text: string | Uint8Array): void;
  hears(fits: (said: Said) => boolean): Promise<Said>;
  close(): void;
}

export function otherEnd(): OtherEnd {
  const [stream, other] = duplexPair();
  const heard: Said[] = [];
  let rest = '';
  other.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    heard.push(...lines.map((line) => JSON.parse(line) as Said));
  });
  other.on('error', () => {});
  return {
    stream,
    heard,
    say: (message) => void other.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
    write: (text) => void other.write(text),
    hears: (fits) => vi.waitUntil(() => heard.find(fits), { timeout: 60_000, interval: 5 }),
    close: () => void other.destroy(),
  };
}
