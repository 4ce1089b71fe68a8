import { describe, expect, it } from 'vitest';
import { frameAt, placeAt } from '../../src/faults/frame.ts';

const text = "a\nb: [\n  jira({ sit: 'x' }),\n]\n";

describe('placeAt', () => {
  it.each([
    ['first letter', 0, 1, { line: 1, column: 1, length: 1 }],
    ['in the third line', text.indexOf('sit'), 3, { line: 3, column: 10, length: 3 }],
    ['cut at the end of the line', text.indexOf('jira'), 500, { line: 3, column: 3, length: 19 }],
    ['past the end', 10_000, 5, { line: 5, column: 1, length: 1 }],
  ])('%s', (_name, offset, length, place) => {
    expect(placeAt(text, offset, length)).toEqual(place);
  });

  it('does not count the return of a Windows line', () => {
    expect(placeAt('ab\r\ncd', 0, 10)).toEqual({ line: 1, column: 1, length: 2 });
  });
});

describe('frameAt', () => {
  it('shows the line before and carets below', () => {
    expect(frameAt(text, placeAt(text, text.indexOf('sit'), 3))).toBe(
      ['    2 │ b: [', "  > 3 │   jira({ sit: 'x' }),", '      │          ^^^'].join('\n'),
    );
  });

  it('keeps the bar in its column with long line numbers', () => {
    const long = `${'\n'.repeat(99)}here`;
    expect(frameAt(long, placeAt(long, 99, 4))).toBe(['     99 │', '  > 100 │ here', '        │ ^^^^'].join('\n'));
  });

  it('cuts a line without end', () => {
    const wide = 'x'.repeat(5000);
    expect(frameAt(wide, placeAt(wide, 4000, 10)).length).toBeLessThan(200);
  });
});
