import pc from 'picocolors';
import type { Output, World } from '../world.ts';

/** Colours that say nothing that the words do not say. Without colour each is the identity. */
export type Style = Pick<ReturnType<typeof pc.createColors>, 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'>;

export const plainStyle: Style = pc.createColors(false);

/** `--no-color` and NO_COLOR forbid, FORCE_COLOR wins over a missing terminal, else a terminal decides. */
export function styleFor(output: Output, env: World['env'], color = true): Style {
  return pc.createColors(color && wantsColor(output, env));
}

function wantsColor(output: Output, env: World['env']): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return output.isTTY === true && env['TERM'] !== 'dumb';
}
