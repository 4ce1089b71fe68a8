import { resolve } from 'node:path';
import type { CommandCall, CommandEnd } from '../command.ts';
import { glyph } from '../render/glyphs.ts';

/**
 * Each time in a process of its own: the code is read afresh, and a plugin that ends its process or never returns does not
 * take this one with it.
 */
export default async function pluginDev(
  call: CommandCall<{ readonly option?: readonly string[] }>,
): Promise<CommandEnd> {
  const { runToItsEnd, watchFolder } = await import('@forge/core/installation');
  const { directory, global, options, printer, terminal, words, world } = call;
  const folder = resolve(directory, words[0] ?? '.');
  const stop = new AbortController();
  const forget = world.onInterrupt(() => stop.abort());
  const flags = [...(global.json ? ['--json'] : []), ...(global.color ? [] : ['--no-color'])];
  const given = (options.option ?? []).flatMap((option) => ['--option', option]);
  const args = [
    ...world.program.args,
    'plugin',
    'doctor',
    folder.replace(/\/?$/, '/'),
    ...given,
    ...flags,
    '--no-input',
  ];
  const load = async (): Promise<void> => {
    const call = { file: world.program.file, args, cwd: directory, env: world.env, signal: stop.signal };
    const shown = await runToItsEnd(call).catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    if (shown === undefined) return;
    if (shown.stdout !== '') world.stdout.write(shown.stdout);
    if (shown.code !== 0) terminal.print(shown.lastWords);
  };
  try {
    const changes = watchFolder(folder, { clock: world.clock, signal: stop.signal });
    const first = changes.next();
    await load();
    terminal.print(`${glyph('note', printer.style)} watching ${folder}; Ctrl-C ends it`);
    for (let next = await first; next.done !== true; next = await changes.next()) {
      terminal.print(`${glyph('note', printer.style)} ${next.value.join(', ')}`);
      await load();
    }
    return undefined;
  } finally {
    forget();
  }
}
