import { isForgeError } from '@forge/plugin-api';
import { describe, expect, test } from 'vitest';
import { type Edit, replace } from '../../src/text/replace.ts';

const faultOf = (text: string, edits: readonly Edit[]) => {
  try {
    replace(text, edits, 'a.ts');
  } catch (error) {
    if (isForgeError(error)) return error;
  }
  throw new Error('it should have been refused');
};

describe('an edit', () => {
  test.each<[string, string, readonly Edit[], string, number[]]>([
    ['replaces the one match', 'a\nb\nc\n', [{ old: 'b', new: 'B' }], 'a\nB\nc\n', [2]],
    ['takes all matches when told', 'x\ny\nx\n', [{ old: 'x', new: 'z', all: true }], 'z\ny\nz\n', [1, 3]],
    ['deletes', 'a\nb\n', [{ old: 'b\n', new: '' }], 'a\n', [2]],
    ['keeps $ signs as they are', 'a', [{ old: 'a', new: '$& $1 $$' }], '$& $1 $$', [1]],
    [
      'works on the result of the one before',
      'a',
      [
        { old: 'a', new: 'b' },
        { old: 'b', new: 'c' },
      ],
      'c',
      [1, 1],
    ],
    ['keeps CRLF', 'a\r\nb\r\nc\r\n', [{ old: 'a\nb', new: 'A\nnew' }], 'A\r\nnew\r\nc\r\n', [1]],
    ['takes CRLF from the model', 'a\r\nb\r\n', [{ old: 'a\r\nb', new: 'A\r\nb' }], 'A\r\nb\r\n', [1]],
    ['is exact where line ends are mixed', 'a\r\nb\nc', [{ old: 'b\nc', new: 'x' }], 'a\r\nx', [2]],
    ['keeps the byte order mark', '\ufeffa', [{ old: 'a', new: 'b' }], '\ufeffb', [1]],
    ['does not see a match that its own text makes', 'aa', [{ old: 'a', new: 'aa', all: true }], 'aaaa', [1, 1]],
  ])('%s', (_name, text, edits, result, lines) => {
    expect(replace(text, edits, 'a.ts')).toEqual({ text: result, lines });
  });
});

describe('an edit that is refused', () => {
  test('says how often and where the text is', () => {
    const fault = faultOf('x = 1;\ny\nx = 1;\n', [{ old: 'x = 1;', new: 'x = 2;' }]);
    expect(fault).toMatchObject({ code: 'EDIT_NOT_UNIQUE', details: { data: { count: 2 } } });
    expect(fault.message).toBe('"old" is 2 times in a.ts (lines 1, 3)');
    expect(fault.details.fix).toContain('"all"');
  });

  test('says which edit of several it was', () => {
    expect(
      faultOf('a', [
        { old: 'a', new: 'b' },
        { old: 'zzz', new: 'c' },
      ]).message,
    ).toBe('edit 2 of 2, nothing was changed: "old" is not in a.ts');
  });

  test('shows the nearest lines when only white space differs', () => {
    const text = 'one\n\tif (x) {\n\t\treturn 1;\n\t}\n';
    expect(faultOf(text, [{ old: '  if (x) {\n    return 1;\n  }', new: '' }]).details.why).toBe(
      'it differs in white space from line 2:\n2\t\tif (x) {\n3\t\t\treturn 1;\n4\t\t}',
    );
  });

  test('shows the nearest lines when words differ', () => {
    const text = 'const a = 1;\nconst limit = 5;\nconst b = 2;\n';
    expect(faultOf(text, [{ old: 'const limits = 5;', new: '' }]).details.why).toBe(
      'most like it is line 2:\n2\tconst limit = 5;',
    );
  });

  test('says so when nothing is similar', () => {
    expect(faultOf('one\ntwo\n', [{ old: 'function completely() {}', new: '' }]).details.why).toContain(
      'read the file',
    );
  });

  test('notices line numbers that were copied', () => {
    expect(faultOf('one\ntwo\n', [{ old: '1\tone\n2\ttwo', new: '' }]).details.why).toContain('line numbers');
  });

  test.each([
    ['an empty text', { old: '', new: 'x' }],
    ['a text replaced by itself', { old: 'a', new: 'a' }],
  ])('is %s', (_name, edit) => {
    expect(faultOf('a', [edit])).toMatchObject({ code: 'INPUT_INVALID' });
  });

  test('is refused in short time in a large file', () => {
    const text = 'const value = something(1, 2, 3);\n'.repeat(60_000);
    const old = 'const other = somewhat(4, 5);\n'.repeat(200);
    expect(faultOf(text, [{ old, new: '' }])).toMatchObject({ code: 'EDIT_NOT_UNIQUE' });
  });
});
