import type { CommandCall, CommandEnd } from '../command.ts';
import { oneLine } from '../render/text-width.ts';
import { matchId } from '../resolve-id.ts';
import { serverTokens } from '../server-folder.ts';

export default async function tokenRevoke(call: CommandCall): Promise<CommandEnd> {
  const { printer, words } = call;
  const tokens = serverTokens(call);
  const known = (await tokens.list()).map(({ id, name }) => ({ id, label: oneLine(name) }));
  const given = words[0] ?? '';
  const revoked = await tokens.revoke(matchId(given, known, 'token')?.id ?? given);
  printer.print({ type: 'token', ...revoked }, `${revoked.id} (${oneLine(revoked.name)}) is revoked.`);
}
