import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import type { CommandRow, GlobalOptions } from '../src/command.ts';
import { commandTable } from '../src/command-table/command-table.ts';
import { createProgram } from '../src/program.ts';

interface Asked {
  readonly row: CommandRow;
  readonly words: readonly string[];
  readonly options: Record<string, unknown>;
  readonly global: GlobalOptions;
}

async function parse(...argv: string[]): Promise<Asked> {
  let asked: Asked | undefined;
  const program = createProgram(async (row, words, options, global) => {
    asked = { row, words, options: options as Record<string, unknown>, global };
  });
  await program.parseAsync(argv, { from: 'user' });
  if (asked === undefined) throw new Error('nothing was asked for');
  return asked;
}

describe('the command line', () => {
  it.each(commandTable.map(({ name }) => name))('has code for %s', async (name) => {
    const { row } = await parse(...name.split(' '), ...words(name));
    expect(row.name).toBe(name);
    expect((await row.load()).default).toBeTypeOf('function');
  });

  it('takes global flags before and after the command', async () => {
    const { global } = await parse('--json', 'runs', '-q', '--no-input', '--cwd', '/x', '--progress', 'plain');
    expect(global).toMatchObject({ json: true, quiet: true, input: false, cwd: '/x', progress: 'plain', color: true });
  });

  it('gathers repeated flags and reads numbers', async () => {
    const { options, words: given } = await parse(
      'run',
      'x',
      '--constraint',
      'a',
      '--constraint',
      'b',
      '--budget',
      '2.5',
    );
    expect(options).toEqual({ constraint: ['a', 'b'], budget: 2.5, wait: true });
    expect(given).toEqual(['x']);
  });

  it('keeps the words of an answer apart from flags', async () => {
    expect((await parse('answer', 'id', 'per', 'client', '--resume')).words).toEqual(['id', 'per', 'client']);
    expect((await parse('run', '-')).words).toEqual(['-']);
    expect((await parse('runs', '--status', 'failed', '--status', 'parked')).options).toEqual({
      status: ['failed', 'parked'],
    });
  });

  it.each([
    ['an unknown command', ['rnu'], /unknown command 'rnu'[\s\S]*Did you mean run\?/],
    ['an unknown flag', ['run', '--budgt', '3'], /unknown option '--budgt'[\s\S]*Did you mean --budget\?/],
    ['a budget that is no number', ['run', 'x', '--budget', 'much'], /expected a number above 0/],
    ['a budget of nothing', ['run', 'x', '--budget', '0'], /expected a number above 0/],
    ['a scope that does not exist', ['memory', 'list', '--scope', 'foo'], /expected current, global or repo:<id>/],
    ['a status that does not exist', ['runs', '--status', 'fine'], /Allowed choices are running/],
    ['too many words', ['run', 'add', 'rate', 'limits'], /too many arguments/],
    ['a missing word', ['approve'], /missing required argument 'id'/],
    ['a command of a family that does not exist', ['memory', 'lst'], /Did you mean list\?/],
  ])('refuses %s', async (_name, argv, message) => {
    await expect(parse(...argv)).rejects.toThrow(message);
    await expect(parse(...argv)).rejects.toBeInstanceOf(CommanderError);
  });
});

/** A word for each that the command needs. */
function words(name: string): string[] {
  const row = commandTable.find((command) => command.name === name);
  return Object.keys(row?.words ?? {}).filter((word) => word.startsWith('<'));
}
