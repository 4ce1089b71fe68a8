import { describe, expect, it } from 'vitest';
import { commandGroups } from '../src/command.ts';
import { commandFamilies, commandTable } from '../src/command-table/command-table.ts';
import { helpFor } from '../src/help.ts';

const settings = { bold: (text: string) => text, columns: 100 };
const help = (...argv: string[]): string | undefined => helpFor(argv, settings);
const shown = commandTable.filter(({ hidden }) => !hidden);

describe('help', () => {
  it('names every command in its group, and the exit codes', () => {
    const text = help() ?? '';
    for (const name of [...shown.map(({ name }) => name), ...Object.keys(commandFamilies)]) {
      if (!name.includes(' ')) expect(text).toMatch(new RegExp(`^  ${name} {2,}\\w`, 'm'));
    }
    for (const title of Object.values(commandGroups)) expect(text).toContain(`\n${title}\n`);
    expect(text).toContain('130 stopped with a checkpoint');
    expect(text).not.toContain('complete ');
  });

  it.each(shown.map(({ name }) => name))(
    'of %s shows its words, its flags and an example that starts with forge',
    (name) => {
      const row = shown.find((command) => command.name === name);
      const text = help(...name.split(' '), '--help') ?? '';
      expect(text).toContain(`Usage  forge ${name}`);
      for (const word of Object.keys(row?.words ?? {})) expect(text).toContain(word);
      for (const { flags } of row?.options ?? []) expect(text).toContain(flags);
      expect(row?.examples.length).toBeGreaterThan(0);
      expect(row?.examples.some(([line]) => line.includes(`forge ${name}`))).toBe(true);
    },
  );

  it.each([
    ['nothing', [], 'Usage  forge <command>'],
    ['-h', ['-h'], 'Usage  forge <command>'],
    ['help', ['help'], 'Usage  forge <command>'],
    ['help run', ['help', 'run'], 'Usage  forge run'],
    ['a family', ['memory'], 'Usage  forge memory <command>'],
    ['flags before the command', ['--cwd', '/tmp', '--json', 'memory', 'list', '--help'], 'Usage  forge memory list'],
  ])('answers %s', (_name, argv, expected) => {
    expect(help(...argv)).toContain(expected);
  });

  it.each([
    [['run', 'add help']],
    [['run', '--', '--help']],
    [['rnu', '--help']],
    [['memory', 'lst']],
    [['runs', '--json']],
  ])('leaves %j to the parser', (argv) => {
    expect(help(...argv)).toBeUndefined();
  });

  it.each([40, 80, 200])('fits into %i columns, but for lines to be copied', (columns) => {
    const text = helpFor(['runs', '--help'], { ...settings, columns }) ?? '';
    const prose = text.split('\n').filter((line) => !line.includes('forge ') && !line.startsWith(' '));
    for (const line of prose) expect(line.length).toBeLessThanOrEqual(columns);
  });
});
