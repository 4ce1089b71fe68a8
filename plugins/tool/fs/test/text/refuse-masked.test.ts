import { expect, test } from 'vitest';
import { refuseMasked } from '../../src/text/refuse-masked.ts';

test('the mark of a secret is not written over the secret', () => {
  expect(() => refuseMasked('url: postgres://u:[masked]@db\n')).toThrow(
    expect.objectContaining({ code: 'TOOL_FAILED' }),
  );
});

test('all else is written, the mark too where it stood before', () => {
  refuseMasked('url: postgres://db\n');
  refuseMasked('shows [masked] twice', 'shows [masked]');
});
