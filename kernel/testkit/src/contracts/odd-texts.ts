/** Texts that lose something wherever a text is not kept exactly. */
export const oddTexts: readonly string[] = [
  '',
  ' ',
  'NUL \0 in the middle',
  '\u0000',
  'line\nbreak\r\ntab\t',
  'quotes \' " ` \\ %s $1 {{x}} ; -- DROP',
  '\ufeffa byte order mark',
  'e\u0301 and \u00e9 are two',
  '\u202eright to left',
  '\u{1f600}\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  'half a pair \ud800 and \udc00',
  '\u2028\u2029\u0085\u007f\u001b[31m',
  '__proto__',
  'x'.repeat(100_000),
];
