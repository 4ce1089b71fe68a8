import { describe, expect, it } from 'vitest';
import { jsonLine } from '../../src/render/json-line.ts';

describe('jsonLine', () => {
  it('means the same and holds nothing that a terminal obeys', () => {
    const value = { text: 'a\u001B[31m\u0007\u007F\u009B31m\u202Egpj.exe\u2066\n' };
    expect(JSON.parse(jsonLine(value))).toEqual(value);
    expect(jsonLine(value)).toBe('{"text":"a\\u001b[31m\\u0007\\u007f\\u009b31m\\u202egpj.exe\\u2066\\n"}');
  });
});
