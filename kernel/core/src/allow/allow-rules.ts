import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AllowRule, allowRuleSchema, type Clock, forgeError } from '@forge/plugin-api';
import { readIfThere } from '../state/places.ts';

/** The person's rules that allow without asking, in a folder of their own: no repository and no agent can reach it. */
export interface AllowRules {
  /** Oldest first; those that have ended are gone. A file that cannot be understood allows nothing. */
  list(): readonly AllowRule[];
  add(rule: Omit<AllowRule, 'id' | 'createdAt'>): AllowRule;
  /** Holds from the next request on. Throws RULE_NOT_FOUND. */
  revoke(id: string): AllowRule;
}

/** One file a rule, so that two processes that change some at once lose nothing. */
export function createAllowRules(
  userState: string,
  { clock, newId }: { readonly clock: Pick<Clock, 'now'>; newId(): string },
): AllowRules {
  const folder = join(userState, 'allow');
  const fileOf = (id: string): string => join(folder, `${id}.json`);
  const list = (): readonly AllowRule[] =>
    namesIn(folder)
      .flatMap((name) => ruleIn(readIfThere(join(folder, name))) ?? [])
      .filter(({ expiresAt }) => expiresAt === undefined || expiresAt > clock.now())
      .sort((left, right) => left.createdAt - right.createdAt || (left.id < right.id ? -1 : 1));
  return {
    list,
    add(wanted) {
      const rule = allowRuleSchema.parse({ ...wanted, id: newId(), createdAt: clock.now() });
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const fresh = `${fileOf(rule.id)}.tmp`;
      writeFileSync(fresh, `${JSON.stringify(rule)}\n`, { mode: 0o600 });
      renameSync(fresh, fileOf(rule.id));
      return rule;
    },
    revoke(id) {
      const rule = list().find((one) => one.id === id);
      if (rule === undefined)
        throw forgeError('RULE_NOT_FOUND', `There is no rule ${id}`, { fix: 'see what there is: forge allow list' });
      rmSync(fileOf(id), { force: true });
      return rule;
    },
  };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}

function ruleIn(text: string | undefined): AllowRule | undefined {
  try {
    return allowRuleSchema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}
