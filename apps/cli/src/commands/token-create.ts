import type { Scope } from '@forge/sdk';
import type { CommandCall, CommandEnd } from '../command.ts';
import { serverTokens } from '../server-folder.ts';

interface Options {
  readonly scope?: readonly Scope[];
  readonly days?: number;
}

const dayMs = 24 * 3_600_000;

export default async function tokenCreate(call: CommandCall<Options>): Promise<CommandEnd> {
  const { options, printer, words, world } = call;
  const { scope = ['read'], days } = options;
  const expiresAt = days === undefined ? undefined : world.clock.now() + days * dayMs;
  const { token, record } = await serverTokens(call).create({ name: words[0] ?? '', scopes: scope, expiresAt });
  printer.print({ type: 'token', ...record, token }, token);
  if (!printer.json)
    call.terminal.print(
      'This is the only time that it is shown. Use it as FORGE_TOKEN, or as "Authorization: Bearer …".',
    );
}
