import type { TokenFacts } from '@forge/server';
import type { CommandCall, CommandEnd } from '../command.ts';
import { formatTime } from '../render/figures.ts';
import { glyphs } from '../render/glyphs.ts';
import { drawTable } from '../render/table.ts';
import { oneLine } from '../render/text-width.ts';
import { serverTokens } from '../server-folder.ts';

export default async function tokenList(call: CommandCall): Promise<CommandEnd> {
  const { printer, world } = call;
  const tokens = await serverTokens(call).list();
  for (const token of tokens) printer.object({ type: 'token', ...token });
  if (tokens.length === 0) return printer.words('There are no tokens. Make one: forge token create <name>');
  const rows = tokens.map((token) => [
    stateOf(token, world.clock.now()),
    token.id,
    oneLine(token.name),
    token.scopes.join(', '),
    `made ${formatTime(token.createdAt).slice(0, 10)}`,
  ]);
  printer.words(drawTable(rows, [{}, {}, { flexible: true }, {}, {}], printer.columns));
}

function stateOf({ revokedAt, expiresAt }: TokenFacts, now: number): string {
  if (revokedAt !== undefined) return `${glyphs.failed} revoked`;
  if (expiresAt === undefined) return `${glyphs.done} valid`;
  const until = formatTime(expiresAt).slice(0, 10);
  return expiresAt <= now ? `${glyphs.failed} ended ${until}` : `${glyphs.done} until ${until}`;
}
