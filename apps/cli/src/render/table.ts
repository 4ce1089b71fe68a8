import { fitLine, padEnd, padStart, textWidth } from './text-width.ts';

export interface Column {
  readonly align?: 'right';
  /** Gives way first when the table is too wide. One column at most. */
  readonly flexible?: true;
}

/** Rows with aligned columns, two spaces apart, no wider than `width`. */
export function drawTable(rows: readonly (readonly string[])[], columns: readonly Column[], width: number): string {
  const widths = columns.map((_, index) => Math.max(0, ...rows.map((row) => textWidth(row[index] ?? ''))));
  const over = widths.reduce((sum, one) => sum + one + 2, -2) - width;
  const flexible = columns.findIndex((column) => column.flexible);
  if (over > 0 && flexible >= 0) widths[flexible] = Math.max(12, (widths[flexible] ?? 0) - over);
  const cell = (text: string, index: number): string => {
    const room = widths[index] ?? 0;
    const fitted = fitLine(text, room);
    return columns[index]?.align === 'right' ? padStart(fitted, room) : padEnd(fitted, room);
  };
  const line = (row: readonly string[]): string => columns.map((_, index) => cell(row[index] ?? '', index)).join('  ');
  return rows.map((row) => fitLine(line(row).trimEnd(), width)).join('\n');
}
