import type { CommandCall } from './command.ts';
import { createJsonRenderer } from './render/json-renderer.ts';
import { createPlainRenderer } from './render/plain-renderer.ts';
import { type RunRenderer, silentRenderer } from './render/run-renderer.ts';
import { styleFor } from './render/style.ts';
import { createTtyRenderer } from './render/tty-renderer.ts';

type Settings = Pick<CommandCall, 'world' | 'global' | 'terminal'>;

/** How this command line wants to see a run. `hint`: the last words of the picture. */
export function chooseRenderer({ world, global, terminal }: Settings, hint: string): RunRenderer {
  if (global.json) return createJsonRenderer((line) => void world.stdout.write(`${line}\n`));
  const style = styleFor(world.stderr, world.env, global.color);
  const made = {
    tty: () => createTtyRenderer(terminal, { clock: world.clock, style, hint }),
    plain: () => createPlainRenderer((line) => terminal.print(line), style),
    json: () => createJsonRenderer((line) => terminal.print(line)),
    none: () => silentRenderer,
  };
  return made[progressOf({ world, global })]();
}

/** `auto`: a picture in a terminal that can draw one, else a line per change. */
export function progressOf({ world, global }: Pick<Settings, 'world' | 'global'>): 'tty' | 'plain' | 'json' | 'none' {
  if (global.progress !== 'auto') return global.progress;
  if (global.quiet) return 'none';
  const draws = world.stderr.isTTY === true && world.env['TERM'] !== 'dumb' && (world.env['CI'] ?? '') === '';
  return draws ? 'tty' : 'plain';
}
