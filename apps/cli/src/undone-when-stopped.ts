import type { CommandCall, CommandEnd } from './command.ts';

/**
 * Work that undoes what it has done when the person has had enough: Ctrl-C ends it, not the process. A third one ends
 * that, too.
 */
export async function undoneWhenStopped(
  { world, terminal }: Pick<CommandCall, 'world' | 'terminal'>,
  work: () => Promise<CommandEnd>,
): Promise<CommandEnd> {
  const release = world.onInterrupt(() => {});
  try {
    return await work();
  } catch (error) {
    if (!world.interrupted.aborted) throw error;
    terminal.print('Stopped. The files of the project are as they were.');
    return 130;
  } finally {
    release();
  }
}
