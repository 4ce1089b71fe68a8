import { gateContract, type PersonsAnswer } from '@forge/testkit/contracts';
import { createSampleThing } from '../src/sample-thing.ts';

gateContract({
  name: 'sample-thing',
  create: () => ({
    gateTo: (person) =>
      createSampleThing({
        isOpen: () => person !== 'is not there',
        ask: () => (person === 'never answers' ? new Promise(() => {}) : Promise.resolve(wordsOf(person))),
      }),
  }),
});

/** What such a person says. */
function wordsOf(person: PersonsAnswer): string | undefined {
  if (typeof person === 'string') return undefined;
  if ('approves' in person) return 'yes';
  if ('rejects' in person) return person.rejects ?? 'no';
  return 'chooses' in person ? person.chooses : person.says;
}
