import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAllowRules, systemClock } from '@forge/core';
import type { AllowRule } from '@forge/plugin-api';
import { expect, onTestFinished, test } from 'vitest';
import { startGateWorld } from './gate-world.ts';

function place() {
  const folder = mkdtempSync(join(tmpdir(), 'forge-allow-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let ids = 0;
  return {
    folder,
    rules: createAllowRules(join(folder, 'forge'), { clock: systemClock, newId: () => `rule-${(ids += 1)}` }),
  };
}

type Wanted = Partial<Omit<AllowRule, 'id' | 'createdAt'>>;

/** What becomes of a run that changes notes.txt and asks for `deployment`, with that rule. */
async function runWith(wanted: Wanted | ((cwd: string) => Wanted), levels: boolean = false) {
  const { folder, rules } = place();
  const config = levels
    ? { approvals: { levels: [{ approvers: ['zoe'], minimum: 1, escalate: 'wait' as const }] } }
    : {};
  const world = await startGateWorld({ config, env: { XDG_STATE_HOME: folder } });
  const given = typeof wanted === 'function' ? wanted(world.kernel.cwd) : wanted;
  const rule = rules.add({ gate: 'deployment', by: 'ada', ...given });
  return { ...world, rules, rule, ...(await world.start()) };
}

test('a rule that fits allows, and the log names it', async () => {
  const { record, rule, events } = await runWith((cwd) => ({ repository: cwd, paths: ['*.txt'] }));
  expect(record.status).toBe('completed');
  const log = await events(record.id);
  const opened = log.find(({ type }) => type === 'request.opened');
  // Whoever is told of it is told, too, that nobody is asked.
  expect(opened?.payload).toMatchObject({ decidedBy: `policy:${rule.id}` });
  const decided = log.find(({ type }) => type === 'request.decided');
  expect(decided?.payload).toMatchObject({
    decision: { approved: true, by: `policy:${rule.id}`, rule: rule.id, reason: expect.stringContaining('ada') },
  });
});

test.each<[string, Wanted, boolean?]>([
  ['is for another gate', { gate: 'high-risk' }],
  ['is for another repository', { repository: '/elsewhere' }],
  ['is for other files', { paths: ['docs/**'] }],
  ['has ended', { expiresAt: 1 }],
  ['stands against levels', {}, true],
])('a rule allows nothing when it %s', async (_name, wanted, levels) => {
  const { record, openRequest, events } = await runWith(wanted, levels);
  expect(record.status).toBe('parked');
  const opened = (await events(record.id)).find(({ type }) => type === 'request.opened');
  expect(opened?.payload).not.toHaveProperty('decidedBy');
  expect((await openRequest()).decision).toBeUndefined();
});

test('what is revoked holds no more, and what is no rule never did', () => {
  const { rules, folder } = place();
  const rule = rules.add({ gate: 'deployment', by: 'ada' });
  const file = join(folder, 'forge/allow', `${rule.id}.json`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writeFileSync(join(folder, 'forge/allow/odd.json'), '{"gate":"deployment"}');
  expect(rules.list()).toEqual([rule]);
  expect(rules.revoke(rule.id)).toEqual(rule);
  expect(rules.list()).toEqual([]);
  expect(() => rules.revoke(rule.id)).toThrow(expect.objectContaining({ code: 'RULE_NOT_FOUND' }));
});
