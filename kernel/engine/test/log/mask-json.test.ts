import { describe, expect, it } from 'vitest';
import { maskJson } from '../../src/log/mask-json.ts';

const mask = (text: string) =>
  text.replace(/\btoken-\w+/g, '[masked]').replace(/BEGIN KEY[\s\S]*?END KEY/g, '[masked]');

describe('maskJson', () => {
  it('finds a secret right after a line end, where the text of the whole shows a letter', () => {
    expect(maskJson({ text: 'a\ntoken-1\ttoken-2' }, mask)).toEqual({ text: 'a\n[masked]\t[masked]' });
  });

  it('takes away no structure between the beginning of a secret and the end of another', () => {
    const value = [{ old: 'BEGIN KEY' }, { count: 1, new: 'END KEY' }];
    expect(maskJson(value, mask)).toEqual(value);
  });

  it('leaves what is no text as it is, and masks long names', () => {
    const value = { a: [1, true, null, undefined], 'token-0123456789abcdef': 'x' };
    expect(maskJson(value, mask)).toEqual({ a: [1, true, null, undefined], '[masked]': 'x' });
  });

  it('masks once and for all', () => {
    const once = maskJson({ text: 'token-1 BEGIN KEY x END KEY' }, mask);
    expect(maskJson(once, mask)).toEqual(once);
  });
});
