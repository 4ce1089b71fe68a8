import type { AuditLog } from '../audit-log.ts';
import { problemOf } from '../http/problem.ts';
import type { Actor, Tokens } from './tokens.ts';

/** Tokens of which each that is made or revoked stands in the audit log, before it is and with how it ended. */
export function auditedTokens(
  tokens: Tokens,
  audit: Pick<AuditLog, 'asked'>,
  actor: Pick<Actor, 'id' | 'name'>,
): Tokens {
  async function told<Result>(action: string, subject: string, change: () => Promise<Result>): Promise<Result> {
    const ended = await audit.asked(actor, action, `/tokens/${encodeURIComponent(subject)}`);
    const result = await change().catch(async (error: unknown) => {
      await ended(problemOf(error).status);
      throw error;
    });
    await ended(200);
    return result;
  }

  return {
    ...tokens,
    create: (wanted) => told('createToken', wanted.name, () => tokens.create(wanted)),
    revoke: (id) => told('revokeToken', id, () => tokens.revoke(id)),
  };
}
