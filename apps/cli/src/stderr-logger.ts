import type { Logger } from '@forge/plugin-api';
import type { CommandCall } from './command.ts';
import { glyph } from './render/glyphs.ts';
import { styleFor } from './render/style.ts';
import { oneLine } from './render/text-width.ts';

/** Warnings and errors above the picture of the run; all of it with `--debug`. */
export function createStderrLogger({ world, global, terminal }: CommandCall, debug: boolean): Logger {
  const style = styleFor(world.stderr, world.env, global.color);
  const write = (mark: string, message: string, facts: Record<string, unknown> | undefined): void => {
    const details = debug && facts !== undefined ? ` ${style.dim(JSON.stringify(facts))}` : '';
    terminal.print(`${mark} ${oneLine(message)}${details}`);
  };
  const silent = (): void => {};
  return {
    debug: debug ? (message, facts) => write(glyph('note', style), message, facts) : silent,
    info: debug ? (message, facts) => write(glyph('note', style), message, facts) : silent,
    warn: (message, facts) => write(glyph('warn', style), message, facts),
    error: (message, facts) => write(glyph('failed', style), message, facts),
  };
}
