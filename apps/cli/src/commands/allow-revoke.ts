import { allowRulesOf, ruleWords } from '../allow-rules.ts';
import type { CommandCall, CommandEnd } from '../command.ts';
import { oneLine } from '../render/text-width.ts';
import { matchId } from '../resolve-id.ts';

export default async function allowRevoke(call: CommandCall): Promise<CommandEnd> {
  const { printer, words } = call;
  const { rules } = allowRulesOf(call);
  const known = rules.list().map((rule) => ({ id: rule.id, label: oneLine(ruleWords(rule)) }));
  const given = words[0] ?? '';
  const rule = rules.revoke(matchId(given, known, 'rule')?.id ?? given);
  printer.print({ type: 'rule', ...rule }, `${rule.id} is revoked: ${oneLine(ruleWords(rule))}`);
}
