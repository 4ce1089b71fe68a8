import { describe, expect, it } from 'vitest';
import { runDirectory } from '../../src/run/run-directory.ts';

describe('the folder of a run', () => {
  it('lies in the state folder', () => {
    expect(runDirectory({ stateDirectory: '/shop/.forge' }, '01ABC')).toBe('/shop/.forge/runs/01ABC');
  });

  it.each(['..', '../../src', '/etc', '.', '', 'a/b', 'a\0'])('is not where the id %j would lead', (runId) => {
    expect(() => runDirectory({ stateDirectory: '/shop/.forge' }, runId)).toThrow(
      expect.objectContaining({ code: 'LOG_CORRUPT' }),
    );
  });
});
