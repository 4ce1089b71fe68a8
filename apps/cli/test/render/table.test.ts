import { describe, expect, it } from 'vitest';
import { drawTable } from '../../src/render/table.ts';
import { textWidth } from '../../src/render/text-width.ts';

const rows = [['01JTESTRUN00000000000RATE1', '2026-01-02 03:04', 'a task that is longer than the window is wide']];
const columns = [{}, {}, { flexible: true }] as const;

describe('a table', () => {
  it.each([20, 50, 80])('is never wider than a window of %i columns', (width) => {
    expect(textWidth(drawTable(rows, columns, width))).toBeLessThanOrEqual(width);
  });

  it('is not cut where there is no window', () => {
    expect(drawTable(rows, columns, Number.POSITIVE_INFINITY)).toBe(rows[0]?.join('  '));
  });
});
