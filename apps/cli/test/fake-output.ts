import type { Output } from '../src/world.ts';

export interface FakeOutput extends Output {
  columns?: number;
  rows?: number;
  /** Everything that was written. */
  text(): string;
  /** What a terminal shows of it: understands lines, "up so many lines", "clear from here", and leaves out colours. */
  screen(): string[];
}

export function fakeOutput(size: {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}): FakeOutput {
  let written = '';
  return {
    ...size,
    write(text) {
      written += text;
      return true;
    },
    text: () => written,
    screen: () => screenOf(written),
  };
}

function screenOf(written: string): string[] {
  const lines = [''];
  let row = 0;
  for (const [token] of written.matchAll(/\u001B\[\??([\d;]*)([A-Za-z])|\r|\n|[^\u001B\r\n]+/g)) {
    const up = /^\u001B\[(\d+)A$/.exec(token)?.[1];
    if (up !== undefined) row -= Number(up);
    else if (token === '\u001B[J') lines.splice(row, Number.POSITIVE_INFINITY, '');
    else if (token === '\n') {
      row += 1;
      lines[row] ??= '';
    } else if (token !== '\r' && !token.startsWith('\u001B')) lines[row] += token;
  }
  return lines.filter((line, index) => line !== '' || index < lines.length - 1);
}
