import { describe, expect, it } from 'vitest';
import {
  fitLine,
  harmless,
  oneLine,
  padEnd,
  padStart,
  textWidth,
  withColoursOnly,
} from '../../src/render/text-width.ts';

const lines = [
  '      ▶ limiter-middleware  implementer   editing',
  'ab読む読む読む',
  '\u001B[31mred and more\u001B[39m',
  '👍🏽 fine 👍🏽',
  '',
];

describe('the width of text', () => {
  it.each(lines)('cuts %j to any width, and never wider', (line) => {
    for (let columns = 0; columns < 60; columns += 1)
      expect(textWidth(fitLine(line, columns))).toBeLessThanOrEqual(columns);
  });

  it('leaves what fits as it is, and says that something is missing', () => {
    expect(fitLine('short', 5)).toBe('short');
    expect(fitLine('shorter', 5)).toBe('shor…');
  });

  it('closes colours that it cuts', () => {
    expect(fitLine('\u001B[31mred and more\u001B[39m', 4)).toBe('\u001B[31mred…\u001B[0m');
  });

  it('fills by columns, not by characters', () => {
    expect([padEnd('読', 4), padStart('読', 4), padEnd('long', 2)]).toEqual(['読  ', '  読', 'long']);
  });

  it.each([
    ['\u001B[2Jclear', 'clear'],
    ['\u001B]8;;http://evil\u0007link\u001B]8;;\u0007', 'link'],
    ['a\rb', 'a\nb'],
    ['tab\there', 'tab\there'],
    ['bell\u0007\u0008\u009B', 'bell '],
    ['\u202Egpj.exe\u2066', 'gpj.exe'],
  ])('takes from %j what a terminal would obey', (text, expected) => {
    expect(harmless(text)).toBe(expected);
  });

  it('keeps the colours of a drawn text and nothing else', () => {
    expect(withColoursOnly('\u001B[31mred\u001B[39m\u001B[2J\u001B]0;title\u0007\n\u001B[1;1Hup')).toBe(
      '\u001B[31mred\u001B[39m\nup',
    );
  });

  it('keeps no colour that would hide what follows', () => {
    expect(withColoursOnly('shown\u001B[8m hidden \u001B[30;40mblack')).toBe('shown hidden black');
  });

  it('brings all of it onto one line', () => {
    expect(oneLine(' a\n\n b\t\u001B[31mc ')).toBe('a b c');
  });
});
