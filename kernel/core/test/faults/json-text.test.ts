import { describe, expect, it } from 'vitest';
import { dataSource } from '../../src/faults/data-source.ts';
import { parseJsonText } from '../../src/faults/json-text.ts';

function fault(text: string): string {
  try {
    parseJsonText(dataSource('a.json', text), 'CONFIG_UNREADABLE');
  } catch (error) {
    const { message, details } = error as { message: string; details: { where: string } };
    return `${details.where.replace('a.json:', '')} ${message.replace('is not JSON: ', '')}`;
  }
  return '';
}

describe('parseJsonText', () => {
  it('gives the value', () => {
    expect(
      parseJsonText(dataSource('a.json', ' {"a": [1, -2.5e3, "\\u00e9", true, null, {}, []]} '), 'INTERNAL'),
    ).toEqual({
      a: [1, -2500, 'é', true, null, {}, []],
    });
  });

  it.each([
    ['nothing', '', '1:1 expected a value, found the end'],
    ['no value', '{\n  "a": }', '2:8 expected a value, found }'],
    ['a trailing comma', '{ "a": 1, }', '1:11 expected a key in double quotes, found }'],
    ['a trailing comma in a list', '[1,]', '1:4 expected a value, found ]'],
    ['single quotes', "{ 'a': 1 }", "1:3 expected a key in double quotes, found '"],
    ['no quotes', '{ a: 1 }', '1:3 expected a key in double quotes, found a'],
    ['a comment', '{\n  // why\n  "a": 1\n}', '2:3 expected a key in double quotes, found /'],
    ['no colon', '{ "a" 1 }', '1:7 expected a colon, found 1'],
    ['no comma', '{ "a": 1 "b": 2 }', '1:10 expected a comma or }, found "'],
    ['no end', '{ "a": [1', '1:10 expected a comma or ], found the end'],
    ['two values', '{} {}', '1:4 expected nothing more, found {'],
    ['a line end in a text', '"a\nb"', '1:1 expected a value, found "'],
    ['a wrong number', '[01]', '1:3 expected a comma or ], found 1'],
  ])('points at %s', (_name, text, expected) => {
    expect(fault(text)).toBe(expected);
  });
});
