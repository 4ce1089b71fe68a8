import { realpathSync } from 'node:fs';
import { allowableGates, forgeError } from '@forge/plugin-api';
import { allowRulesOf, ruleWords } from '../allow-rules.ts';
import type { CommandCall, CommandEnd } from '../command.ts';
import { oneLine } from '../render/text-width.ts';

interface Options {
  readonly path?: readonly string[];
  readonly everywhere?: boolean;
  readonly days?: number;
}

const dayMs = 24 * 3_600_000;

export default async function allowAdd(call: CommandCall<Options>): Promise<CommandEnd> {
  const { options, printer, words, world } = call;
  const gate = allowableGates.find((name) => name === words[0]);
  if (gate === undefined)
    throw forgeError('USAGE', `Nothing is asked as ${words[0]}`, { fix: `one of: ${allowableGates.join(', ')}` });
  const { rules, places } = allowRulesOf(call);
  if (options.everywhere !== true && places.repository === undefined)
    throw forgeError('NOT_A_REPOSITORY', `${call.directory} is not in a git repository`, {
      fix: 'go to the repository that is meant, or say --everywhere',
    });
  const { path, days } = options;
  const rule = rules.add({
    gate,
    by: world.userName,
    ...(path === undefined ? {} : { paths: [...path] }),
    ...(options.everywhere === true ? {} : { repository: realpathSync(places.repository ?? '') }),
    ...(days === undefined ? {} : { expiresAt: world.clock.now() + days * dayMs }),
  });
  printer.print({ type: 'rule', ...rule }, `${rule.id} allows ${oneLine(ruleWords(rule))}`);
}
