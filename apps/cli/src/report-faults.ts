import { drawFaults, exitCodeOfFaults, faultObjects } from './render/faults.ts';
import { jsonLine } from './render/json-line.ts';
import { styleFor } from './render/style.ts';
import type { World } from './world.ts';

/** Says what went wrong, as the command line asked for it, and gives the exit code. */
export function reportFaults(error: unknown, world: World, next?: string): number {
  const wants = wishes(world.argv);
  const code = exitCodeOfFaults(error);
  if (wants.has('--json')) {
    for (const fault of faultObjects(error)) world.stdout.write(`${jsonLine(fault)}\n`);
    world.stdout.write(`${jsonLine({ type: 'exit', code })}\n`);
  } else {
    const style = styleFor(world.stderr, world.env, !wants.has('--no-color'));
    world.stderr.write(`${drawFaults(error, { style, debug: wantsTraces(world), next })}\n`);
  }
  return code;
}

/** `--debug` or FORGE_DEBUG. */
export function wantsTraces(world: World): boolean {
  return wishes(world.argv).has('--debug') || (world.env['FORGE_DEBUG'] ?? '') !== '';
}

// Read from the raw words, because what is wrong may be the command line itself.
function wishes(argv: readonly string[]): Set<string> {
  const end = argv.indexOf('--');
  return new Set(end < 0 ? argv : argv.slice(0, end));
}
