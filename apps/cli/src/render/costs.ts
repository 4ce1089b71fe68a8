import { totalOf, type LedgerRow, type LedgerTotal } from '@forge/plugin-api';
import { count, formatMoney, formatTokens } from './figures.ts';
import type { Style } from './style.ts';
import { type Column, drawTable } from './table.ts';

const groups: readonly (readonly [title: string, of: (row: LedgerRow) => string | undefined])[] = [
  ['Phase', ({ phase }) => phase],
  ['Task', ({ taskId }) => taskId],
  ['Agent', ({ agent }) => agent],
  ['Model', ({ provider, model }) => [provider, model].filter((part) => part !== '').join(':')],
];

const columns: readonly Column[] = [
  { flexible: true },
  ...Array.from({ length: 6 }, (): Column => ({ align: 'right' })),
];
const heads = ['calls', 'in', 'out', 'cache read', 'cache write', 'cost'];

/** The ledger of a run, summed by phase, task, agent and model. Each table adds up to the same total. */
export function drawCosts(rows: readonly LedgerRow[], settings: { readonly style: Style; readonly columns: number }) {
  const { style } = settings;
  const total = totalOf(rows);
  // All in one, so that the columns of all tables stand below each other.
  const lines = groups.flatMap(([title, of]) => {
    const parts = Map.groupBy(rows, of);
    const named = [...parts].filter((part): part is [string, LedgerRow[]] => part[0] !== undefined);
    if (named.length === 0) return [];
    const rest = parts.get(undefined);
    return [
      [title, ...heads],
      ...named.map(([name, part]) => line(name, totalOf(part))),
      ...(rest === undefined ? [] : [line('(none)', totalOf(rest))]),
      [''],
    ];
  });
  const table = drawTable([...lines, line('all', total)], columns, settings.columns).split('\n');
  const isHead = (index: number) => lines[index]?.[1] === heads[0];
  return [...table.map((text, index) => (isHead(index) ? style.bold(text) : text)), ...remarks(rows)].join('\n');
}

function line(name: string, total: LedgerTotal): string[] {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = total.usage;
  const tokens = [inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens].map(formatTokens);
  return [name, String(total.calls), ...tokens, formatMoney(total)];
}

function remarks(rows: readonly LedgerRow[]): string[] {
  const estimated = rows.filter((row) => row.estimated).length;
  const unpriced = rows.filter(({ costUsd }) => costUsd === undefined).length;
  const lines = [
    estimated === 0
      ? ''
      : `${count(estimated, 'call')} without token counts: booked as the worst that they can have been`,
    unpriced === 0 ? '' : `${count(unpriced, 'call')} without a known price: tokens are counted, money is not`,
  ].filter((text) => text !== '');
  return lines.length === 0 ? [] : ['', ...lines];
}
