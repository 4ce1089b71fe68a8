import { allowRulesOf, ruleWords } from '../allow-rules.ts';
import type { CommandCall, CommandEnd } from '../command.ts';
import { formatTime } from '../render/figures.ts';
import { drawTable } from '../render/table.ts';
import { oneLine } from '../render/text-width.ts';

export default async function allowList(call: CommandCall): Promise<CommandEnd> {
  const { printer } = call;
  const rules = allowRulesOf(call).rules.list();
  for (const rule of rules) printer.object({ type: 'rule', ...rule });
  if (rules.length === 0) return printer.words('Nothing is allowed beforehand. Make a rule: forge allow add <gate>');
  const rows = rules.map((rule) => [
    rule.id,
    oneLine(ruleWords(rule)),
    `by ${oneLine(rule.by)}, ${formatTime(rule.createdAt).slice(0, 10)}`,
  ]);
  printer.words(drawTable(rows, [{}, { flexible: true }, {}], printer.columns));
}
