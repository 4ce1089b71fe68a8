import { PassThrough } from 'node:stream';
import type { Prompt } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { createInteraction } from '../src/interaction.ts';
import { createTerminal } from '../src/render/terminal.ts';

const prompt: Prompt = {
  title: 'Deliver it?',
  options: [
    { id: 'yes', label: 'Deliver' },
    { id: 'no', label: 'Keep' },
  ],
};

/** A terminal made of streams. */
function setUp(global: { input?: boolean; json?: boolean; isTTY?: boolean } = {}) {
  const stdin = Object.assign(new PassThrough(), { isTTY: global.isTTY ?? true, setRawMode: () => stdin });
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  let shown = '';
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  stderr.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (shown.includes('confirm') || shown.includes('In words?')) resolve();
  });
  const interrupted = new AbortController();
  let interrupts = 0;
  const world = {
    stdin,
    stderr,
    interrupted: interrupted.signal,
    interrupt: () => {
      interrupts += 1;
      interrupted.abort();
    },
    atExit: () => () => {},
  };
  const interaction = createInteraction({
    world: world as never,
    global: { input: global.input ?? true, json: global.json ?? false } as never,
    terminal: createTerminal(stderr as never, world),
  });
  return { interaction, stdin, asked, interrupted, shown: () => shown, interrupts: () => interrupts };
}

const never = new AbortController().signal;

describe('interaction', () => {
  it.each([
    ['with --no-input', { input: false }],
    ['with --json', { json: true }],
    ['without a terminal', { isTTY: false }],
  ])('asks nobody %s', async (_name, global) => {
    const { interaction, shown } = setUp(global);
    expect(interaction.interactive).toBe(false);
    expect(await interaction.ask(prompt, never)).toBeUndefined();
    expect(shown()).toBe('');
  });

  it('gives the id of the chosen option', async () => {
    const { interaction, stdin, asked, shown } = setUp();
    const answer = interaction.ask({ ...prompt, body: 'Two files\u001B[2J' }, never);
    await asked;
    stdin.write('\u001B[B\r');
    expect(await answer).toBe('no');
    expect(shown()).toContain('Two files');
    expect(shown()).not.toContain('\u001B[2J');
  });

  it('starts at the option that is named, which a hasty Enter takes', async () => {
    const { interaction, stdin, asked } = setUp();
    const answer = interaction.ask({ ...prompt, initial: 'no' }, never);
    await asked;
    stdin.write('\r');
    expect(await answer).toBe('no');
  });

  it('takes words where there are no options', async () => {
    const { interaction, stdin, asked } = setUp();
    const answer = interaction.ask({ title: 'In words?' }, never);
    await asked;
    for (const key of 'per client\r') stdin.write(key);
    expect(await answer).toBe('per client');
  });

  it('hands Ctrl-C over and leaves the question open, as those that come after', async () => {
    const { interaction, stdin, asked, interrupts } = setUp();
    const answer = interaction.ask(prompt, never);
    const next = interaction.ask(prompt, never);
    await asked;
    stdin.write('\u0003');
    expect([await answer, await next, interrupts()]).toEqual([undefined, undefined, 1]);
  });

  it('gives up when another channel has answered, and writes nothing afterwards', async () => {
    const { interaction, asked, shown } = setUp();
    const over = new AbortController();
    const answer = interaction.ask(prompt, over.signal);
    await asked;
    over.abort();
    expect(await answer).toBeUndefined();
    const before = shown();
    over.abort();
    expect(shown()).toBe(before);
  });

  it('writes nothing when it is called off after the answer', async () => {
    const { interaction, stdin, asked, shown } = setUp();
    const over = new AbortController();
    const answer = interaction.ask(prompt, over.signal);
    await asked;
    stdin.write('\r');
    expect(await answer).toBe('yes');
    const before = shown();
    over.abort();
    await new Promise((resolve) => setImmediate(resolve));
    expect(shown()).toBe(before);
  });
});
