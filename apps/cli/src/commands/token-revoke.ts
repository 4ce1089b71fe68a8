import { isInForce } from '@forge/server';
import type { CommandCall, CommandEnd } from '../command.ts';
import { oneLine } from '../render/text-width.ts';
import { matchId } from '../resolve-id.ts';
import { serverTokens } from '../server-folder.ts';

export default async function tokenRevoke(call: CommandCall): Promise<CommandEnd> {
  const { printer, words, world } = call;
  const tokens = serverTokens(call);
  const known = (await tokens.list()).map((token) => ({ ...token, label: oneLine(token.name) }));
  const given = words[0] ?? '';
  // Of those in force no two have one name.
  const named = known.find((token) => token.name === given && isInForce(token, world.clock.now()));
  const revoked = await tokens.revoke((named ?? matchId(given, known, 'token'))?.id ?? given);
  printer.print({ type: 'token', ...revoked }, `${revoked.id} (${oneLine(revoked.name)}) is revoked.`);
}
