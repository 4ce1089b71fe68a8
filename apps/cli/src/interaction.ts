import type { Writable } from 'node:stream';
import type { Interaction, Prompt } from '@forge/plugin-api';
import type { CommandCall } from './command.ts';
import { harmless } from './render/text-width.ts';

const ownWords = ' own words';

/** Asks in this terminal, while the picture of the run makes room. Without a terminal, nobody is asked. */
export function createInteraction(call: Pick<CommandCall, 'world' | 'global' | 'terminal'>): Interaction {
  const { world, global, terminal } = call;
  const interactive = global.input && !global.json && world.stdin.isTTY && world.stderr.isTTY === true;
  // Two agents may ask at once: the second waits until the first has its answer.
  let previous: Promise<unknown> = Promise.resolve();
  return {
    interactive,
    ask: (prompt, signal) => {
      if (!interactive) return Promise.resolve(undefined);
      // Who wants it to stop does not want to be asked.
      const over = AbortSignal.any([signal, world.interrupted]);
      const answer = previous.then(() =>
        over.aborted ? undefined : terminal.suspend(() => showPrompt(prompt, over, call)),
      );
      previous = answer.catch(() => {});
      return answer;
    },
  };
}

async function showPrompt(
  prompt: Prompt,
  signal: AbortSignal,
  { world, terminal }: Pick<CommandCall, 'world' | 'terminal'>,
): Promise<string | undefined> {
  const clack = await import('@clack/prompts');
  // The library listens for ever: an abort after the answer would make it write into what is drawn by then.
  const asking = new AbortController();
  const abort = (): void => asking.abort(signal.reason);
  signal.addEventListener('abort', abort);
  const io = { input: world.stdin, output: world.stderr as unknown as Writable, signal: asking.signal };
  if (prompt.body) terminal.print(`\n${harmless(prompt.body).trim()}\n`);
  // In a prompt the terminal hands Ctrl-C over as a key.
  const watchKeys = (keys: Buffer | string): void => {
    if (keys.includes('\u0003')) world.interrupt();
  };
  world.stdin.on('data', watchKeys);
  try {
    const answer = await answerTo(clack, prompt, io);
    return typeof answer === 'string' ? answer : undefined;
  } finally {
    signal.removeEventListener('abort', abort);
    world.stdin.off('data', watchKeys);
    world.stdin.pause();
  }
}

type Clack = typeof import('@clack/prompts');
type Streams = { readonly input: NodeJS.ReadStream; readonly output: Writable; readonly signal: AbortSignal };

async function answerTo(
  clack: Clack,
  { title, options, initial, freeText }: Prompt,
  io: Streams,
): Promise<string | symbol> {
  const message = harmless(title);
  const text = (): Promise<string | symbol> => clack.text({ message, ...io });
  if (options === undefined || options.length === 0) return text();
  const rows = options.map(({ id, label }) => ({ value: id, label: harmless(label) }));
  if (freeText === true) rows.push({ value: ownWords, label: 'in my own words …' });
  const chosen = await clack.select({
    message,
    options: rows,
    ...(initial === undefined ? {} : { initialValue: initial }),
    ...io,
  });
  return chosen === ownWords ? text() : chosen;
}
