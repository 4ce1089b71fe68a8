import type { Output, World } from '../world.ts';
import { textWidth, withColoursOnly } from './text-width.ts';

/** Where progress and messages go: lines that stay, and under them a picture that is drawn again in place. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  /** Lines that stay, above the picture. */
  print(text: string): void;
  /** The picture from now on. Without a terminal nothing happens. */
  draw(lines: readonly string[]): void;
  /** The picture stays as it is; what comes next goes below. */
  settle(): void;
  /** Takes the picture away while something else uses the terminal, then brings it back. */
  suspend<T>(work: () => Promise<T>): Promise<T>;
}

const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';
// The terminal shows what comes between as one picture, if it knows these.
const beginUpdate = '\u001B[?2026h';
const endUpdate = '\u001B[?2026l';

export function createTerminal(output: Output, world: Pick<World, 'atExit'>): Terminal {
  let picture: readonly string[] = [];
  let suspended = false;
  let forgetExit: (() => void) | undefined;
  // Some terminals do not know their size and say zero.
  const columns = (): number => output.columns || 80;

  /** Goes up to the picture's first line and clears from there. A narrower window has broken its lines. */
  const erase = (): string => {
    const height = picture.reduce((sum, line) => sum + Math.max(1, Math.ceil(textWidth(line) / columns())), 0);
    return height === 0 ? '' : `\r\u001B[${height}A\u001B[J`;
  };
  const show = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
  const update = (text: string): void => void output.write(`${beginUpdate}${text}${endUpdate}`);
  const setCursor = (visible: boolean): void => {
    if (visible === (forgetExit === undefined)) return;
    output.write(visible ? showCursor : hideCursor);
    forgetExit?.();
    forgetExit = visible ? undefined : world.atExit(() => void output.write(showCursor));
  };

  return {
    get columns() {
      return columns();
    },
    get rows() {
      return output.rows || 24;
    },
    print(words) {
      const text = withColoursOnly(words);
      if (picture.length === 0 || suspended) output.write(`${text}\n`);
      else update(`${erase()}${text}\n${show(picture)}`);
    },
    draw(lines) {
      if (output.isTTY !== true) return;
      if (suspended) {
        picture = lines;
        return;
      }
      if (lines.length === picture.length && lines.every((line, index) => line === picture[index])) return;
      setCursor(false);
      update(`${erase()}${show(lines)}`);
      picture = lines;
    },
    settle() {
      picture = [];
      setCursor(true);
    },
    async suspend(work) {
      if (picture.length > 0) output.write(erase());
      suspended = true;
      setCursor(true);
      // What uses the terminal meanwhile may hide the cursor, and the process may end in the middle of it.
      const forget = output.isTTY === true ? world.atExit(() => void output.write(showCursor)) : undefined;
      try {
        return await work();
      } finally {
        forget?.();
        suspended = false;
        if (picture.length > 0) {
          setCursor(false);
          output.write(show(picture));
        }
      }
    },
  };
}
