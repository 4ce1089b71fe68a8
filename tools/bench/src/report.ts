import type { Row } from './bench.ts';

export function textTable(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ what }) => what.length));
  return rows
    .map((row) => `${row.what.padEnd(width)}  ${figure(row).padStart(14)}  ${aim(row).padEnd(10)}  ${row.detail}\n`)
    .join('');
}

export function markdownTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => `| ${row.what} | ${figure(row)} | ${aim(row)} | ${row.detail} |`);
  return ['| What | Measured | Aim | How |', '| --- | ---: | ---: | --- |', ...lines, ''].join('\n');
}

function figure({ value, unit }: Row): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return unit === 'x' ? `${value.toFixed(2)}×` : `${value.toFixed(digits)} ${unit}`;
}

function aim({ limit, atLeast, unit }: Row): string {
  const bound = limit ?? atLeast;
  if (bound === undefined) return '';
  return `${limit === undefined ? '≥' : '≤'} ${bound}${unit === 'x' ? '×' : ` ${unit}`}`;
}
