import { expect, test } from 'vitest';
import { createAuditLog } from '../src/audit-log.ts';
import { auditedTokens } from '../src/auth/audited-tokens.ts';
import { createTokens } from '../src/auth/tokens.ts';
import { createStateFolder } from '../src/state/state-folder.ts';
import { temporaryFolder } from './support/place.ts';

test('tokens that are made, refused and revoked stand in the audit log, and the token itself does not', async () => {
  const folder = createStateFolder(temporaryFolder());
  const clock = { now: () => 1_000, sleep: async () => {} };
  let ids = 0;
  const newId = () => `change-${(ids += 1)}`;
  const audit = createAuditLog(folder, { clock, newId, bytes: 10_000, days: 1 });
  const tokens = auditedTokens(createTokens(folder, clock), audit, { id: 'local', name: 'ada' });

  const { token, record } = await tokens.create({ name: 'ci', scopes: ['run'] });
  await expect(tokens.create({ name: 'ci', scopes: ['admin'] })).rejects.toMatchObject({ code: 'USAGE' });
  await tokens.revoke(record.id);

  const records = (await audit.read(10)).toReversed();
  expect(records.map(({ actor, action, subject, status }) => [actor.name, action, subject, status])).toEqual([
    ['ada', 'createToken', '/tokens/ci', undefined],
    ['ada', 'createToken', '/tokens/ci', 200],
    ['ada', 'createToken', '/tokens/ci', undefined],
    ['ada', 'createToken', '/tokens/ci', 400],
    ['ada', 'revokeToken', `/tokens/${record.id}`, undefined],
    ['ada', 'revokeToken', `/tokens/${record.id}`, 200],
  ]);
  expect(JSON.stringify(records)).not.toContain(token);
});
