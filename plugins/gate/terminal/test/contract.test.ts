import { gateContract, type PersonsAnswer } from '@forge/testkit/contracts';
import { createScriptedInteraction, noAnswer, type ScriptedAnswer } from '@forge/testkit/fakes';
import { createTerminalGate } from '../src/terminal-gate.ts';

gateContract({
  name: 'terminal',
  create: () => ({
    gateTo: (person) =>
      createTerminalGate(createScriptedInteraction(answersOf(person), { interactive: person !== 'is not there' })),
  }),
});

/** What such a person types. */
function answersOf(person: PersonsAnswer): ScriptedAnswer[] {
  if (person === 'never answers') return [noAnswer];
  if (typeof person === 'string') return [undefined];
  if ('approves' in person) return ['approve'];
  if ('rejects' in person) return ['reject', person.rejects];
  return ['chooses' in person ? person.chooses : person.says];
}
