import type { Approval, HumanGate } from '@forge/plugin-api';
import { describe, expect, test } from 'vitest';
import { failingCases, only, gateCases, gateContract, type PersonsAnswer } from '../../src/contracts/index.ts';

function approvalOf(person: PersonsAnswer): Approval | undefined {
  if (typeof person === 'string') return undefined;
  if ('approves' in person) return { approved: true };
  if ('rejects' in person) return { approved: false, reason: person.rejects };
  return { approved: true, modifications: 'chooses' in person ? person.chooses : person.says };
}

function rightGate(person: PersonsAnswer): HumanGate {
  return {
    id: 'right',
    condition: () => person !== 'is not there',
    request: (_, { signal }) => {
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      if (person !== 'never answers') return Promise.resolve(approvalOf(person));
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    },
  };
}

gateContract({ name: 'the shortest right one', create: () => ({ gateTo: rightGate }) });

const shownBefore = new Map<string, string>();

type Fault = (person: PersonsAnswer) => Partial<HumanGate>;

const wrong: readonly { readonly fault: string; readonly caughtBy: string; readonly make: Fault }[] = [
  {
    fault: 'takes silence for yes',
    caughtBy: 'who declines has decided nothing',
    make: (person) => ({ request: async () => approvalOf(person) ?? { approved: true } }),
  },
  {
    fault: 'takes an abort for no',
    caughtBy: 'ends when somebody else has answered',
    make: (person) => ({
      request: (request, call) =>
        rightGate(person)
          .request(request, call)
          .catch(() => ({ approved: false })),
    }),
  },
  {
    fault: 'asks on after somebody else has answered',
    caughtBy: 'ends when somebody else has answered',
    make: (person) => ({
      request: async () => (person === 'never answers' ? new Promise(() => {}) : approvalOf(person)),
    }),
  },
  {
    fault: 'loses the reason',
    caughtBy: 'no is no, with the reason that was given',
    make: (person) => ({
      request: async (request, call) => {
        const answer = await rightGate(person).request(request, call);
        return answer && { approved: answer.approved, modifications: answer.modifications };
      },
    }),
  },
  {
    fault: 'says that it can always ask',
    caughtBy: 'says quickly and without side effects whether it can ask',
    make: () => ({ condition: () => true }),
  },
  {
    fault: 'keeps the first subject of a request for its later ones',
    caughtBy: 'says of each answer, when it says so at all, what was shown',
    make: (person) => ({
      request: async ({ id, subjectHash }) => {
        const answer = approvalOf(person);
        if (!shownBefore.has(id)) shownBefore.set(id, subjectHash);
        return answer && { ...answer, subjectHash: shownBefore.get(id) };
      },
    }),
  },
  {
    fault: 'gives the label of an option',
    caughtBy: 'a question with options is answered by the id of one',
    make: (person) => ({
      request: async (request, call) => {
        const answer = await rightGate(person).request(request, call);
        const chosen = request.options.find(({ id }) => id === answer?.modifications);
        return answer && { ...answer, modifications: chosen?.label ?? answer.modifications };
      },
    }),
  },
];

describe('the gate contract catches a gate that', () => {
  test.each(wrong)('$fault', async ({ make, caughtBy }) => {
    const gateTo = (person: PersonsAnswer) => ({ ...rightGate(person), ...make(person) });
    expect(await failingCases(only(gateCases, caughtBy), () => ({ gateTo }))).toEqual([caughtBy]);
  });
});
