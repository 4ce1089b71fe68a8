import { type AllowRules, createAllowRules, createIds, findPlaces, type Places, systemRandom } from '@forge/core';
import type { AllowRule } from '@forge/plugin-api';
import type { CommandCall } from './command.ts';
import { formatTime } from './render/figures.ts';

/** The person's rules, and where they are. */
export function allowRulesOf({ world, directory }: Pick<CommandCall, 'world' | 'directory'>): {
  readonly rules: AllowRules;
  readonly places: Places;
} {
  const places = findPlaces(directory, world.env);
  const newId = createIds(world.clock, systemRandom);
  return { rules: createAllowRules(places.userState, { clock: world.clock, newId }), places };
}

/** What a rule allows, in words. */
export function ruleWords({ gate, paths, repository, expiresAt }: AllowRule): string {
  return [
    gate,
    ...(paths === undefined ? [] : [`of ${paths.join(', ')}`]),
    repository === undefined ? 'in all repositories' : `in ${repository}`,
    expiresAt === undefined ? 'until it is revoked' : `until ${formatTime(expiresAt)}`,
  ].join(' ');
}
