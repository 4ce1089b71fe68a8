import assert from 'node:assert/strict';
import type { HumanGate, HumanRequest } from '@forge/plugin-api';
import type { ContractCase, ContractOptions } from './contract-case.ts';
import { registerContract } from './register-contract.ts';

/** What the person behind a gate does with the next request. */
export type PersonsAnswer =
  | { readonly approves: true }
  | { readonly rejects: string | undefined }
  | { readonly chooses: string }
  | { readonly says: string }
  | 'declines'
  | 'never answers'
  | 'is not there';

export interface GateSubject {
  /** A gate with such a person behind it. */
  readonly gateTo: (person: PersonsAnswer) => Promise<HumanGate> | HumanGate;
}

const common = { runId: 'r1', reason: 'test', subjectHash: 'abc', createdAt: 1 };
const approval: HumanRequest = {
  ...common,
  id: 'q1',
  kind: 'approval',
  title: 'Deploy?',
  body: '2 files',
  options: [],
};
const open: HumanRequest = { ...common, id: 'q2', kind: 'question', title: 'Which limit?', body: '', options: [] };
const options = [
  { id: 'few', label: 'Five' },
  { id: 'many', label: 'A hundred' },
];
const closed: HumanRequest = { ...open, id: 'q3', options };

const call = () => ({ signal: new AbortController().signal });

export const gateCases: readonly ContractCase<GateSubject>[] = [
  {
    name: 'says quickly and without side effects whether it can ask',
    async run({ gateTo }) {
      const gate = await gateTo('never answers');
      for (const request of [approval, open, closed, approval])
        assert.equal(typeof (await gate.condition(request)), 'boolean');
      const absent = await gateTo('is not there');
      assert.equal(await absent.condition(approval), false);
    },
  },
  {
    name: 'yes is yes',
    async run({ gateTo }) {
      const gate = await gateTo({ approves: true });
      assert.equal(await gate.condition(approval), true);
      assert.equal((await gate.request(approval, call()))?.approved, true);
    },
  },
  {
    name: 'no is no, with the reason that was given',
    async run({ gateTo }) {
      const answer = await (await gateTo({ rejects: 'too risky' })).request(approval, call());
      assert.deepEqual([answer?.approved, answer?.reason], [false, 'too risky']);
    },
  },
  {
    name: 'no without a reason has none',
    async run({ gateTo }) {
      const answer = await (await gateTo({ rejects: undefined })).request(approval, call());
      assert.deepEqual([answer?.approved, answer?.reason], [false, undefined]);
    },
  },
  {
    name: 'a question is answered in words',
    async run({ gateTo }) {
      const answer = await (await gateTo({ says: 'five an hour' })).request(open, call());
      assert.equal(answer?.modifications, 'five an hour');
    },
  },
  {
    name: 'a question with options is answered by the id of one',
    async run({ gateTo }) {
      const answer = await (await gateTo({ chooses: 'many' })).request(closed, call());
      assert.equal(answer?.modifications, 'many');
    },
  },
  {
    name: 'a question with options may be answered in other words',
    async run({ gateTo }) {
      const answer = await (await gateTo({ says: 'seven' })).request(closed, call());
      assert.equal(answer?.modifications, 'seven');
    },
  },
  {
    name: 'who declines has decided nothing',
    async run({ gateTo }) {
      for (const request of [approval, open, closed]) {
        assert.equal(await (await gateTo('declines')).request(request, call()), undefined);
      }
    },
  },
  {
    name: 'nobody there has decided nothing',
    async run({ gateTo }) {
      assert.equal(await (await gateTo('is not there')).request(approval, call()), undefined);
    },
  },
  {
    name: 'ends when somebody else has answered',
    async run({ gateTo }) {
      for (const request of [approval, open]) {
        const gate = await gateTo('never answers');
        const abort = new AbortController();
        const asking = gate.request(request, { signal: abort.signal });
        const outcome = asking.then(
          (answer) => ({ answer }),
          (error: unknown) => ({ error }),
        );
        await new Promise((resolve) => setImmediate(resolve));
        const reason = new Error('answered elsewhere');
        abort.abort(reason);
        const ended = await outcome;
        assert.ok('error' in ended ? ended.error === reason : ended.answer === undefined, 'it decided by itself');
      }
    },
  },
  {
    name: 'says of each answer, when it says so at all, what was shown',
    async run({ gateTo }) {
      // An answer about what was asked before must not pass for one about what is asked now.
      for (const subjectHash of ['abc', 'def']) {
        for (const person of [{ approves: true }, { rejects: 'no' }] as const) {
          const answer = await (await gateTo(person)).request({ ...approval, subjectHash }, call());
          assert.ok([undefined, subjectHash].includes(answer?.subjectHash), 'it showed something else');
        }
        const answer = await (await gateTo({ says: 'five' })).request({ ...open, subjectHash }, call());
        assert.ok([undefined, subjectHash].includes(answer?.subjectHash), 'it showed something else');
      }
    },
  },
  {
    name: 'asks nothing when it is over before it began',
    async run({ gateTo }) {
      const gate = await gateTo({ approves: true });
      const reason = new Error('over');
      const asking = gate.request(approval, { signal: AbortSignal.abort(reason) });
      const ended = await asking.then(
        (answer) => answer,
        (error: unknown) => error,
      );
      assert.ok(ended === undefined || ended === reason, 'it asked, and took the answer');
    },
  },
];

/** Registers the contract of `HumanGate`. */
export function gateContract(contract: ContractOptions<GateSubject>): void {
  registerContract('gate', gateCases, contract);
}
