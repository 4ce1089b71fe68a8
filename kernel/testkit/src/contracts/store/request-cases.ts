import assert from 'node:assert/strict';
import type { RunStore } from '@forge/plugin-api';
import { oddTexts } from '../odd-texts.ts';
import { refusal } from '../rejection.ts';
import { plain } from './run-cases.ts';
import { begun, decision, request, type StoreCase, start, vote } from './store-subject.ts';

const ids = async (store: RunStore, query?: Parameters<RunStore['listRequests']>[0]) =>
  (await store.listRequests(query)).map(({ id }) => id);

export const requestCases: readonly StoreCase[] = [
  {
    name: 'a request is kept until it is decided, and after',
    async run({ store }) {
      const lease = await begun(store);
      await store.openRequest(lease, request('q1'));
      assert.deepEqual(plain(await store.getRequest('q1')), request('q1'));
      const decided = await store.decideRequest('q1', decision('ada'));
      assert.deepEqual(plain(decided), { ...request('q1'), decision: decision('ada') });
      assert.deepEqual(await store.getRequest('q1'), decided);
    },
  },
  {
    name: 'opening a request again changes nothing, decided or not',
    async run({ store }) {
      const lease = await begun(store);
      await store.openRequest(lease, request('q1'));
      await store.openRequest(lease, { ...request('q1'), title: 'another' });
      assert.equal((await store.getRequest('q1'))?.title, 'Deploy?');
      await store.decideRequest('q1', decision('ada'));
      await store.openRequest(lease, request('q1'));
      assert.equal((await store.getRequest('q1'))?.decision?.by, 'ada');
      assert.equal((await store.listRequests()).length, 1);
    },
  },
  {
    name: 'the first decision counts',
    async run({ store }) {
      await store.openRequest(await begun(store), request('q1'));
      await store.decideRequest('q1', decision('ada'));
      await refusal(store.decideRequest('q1', { ...decision('bob'), approved: false }), 'REQUEST_DECIDED');
      assert.deepEqual((await store.getRequest('q1'))?.decision, decision('ada'));
    },
  },
  {
    name: 'of many that decide at once, one does, and everybody sees that one',
    async run({ store }) {
      await store.openRequest(await begun(store), request('q1'));
      const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
      const settled = await Promise.allSettled(names.map((name) => store.decideRequest('q1', decision(name))));
      const winners = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value.decision?.by] : []));
      assert.equal(winners.length, 1);
      assert.equal((await store.getRequest('q1'))?.decision?.by, winners[0]);
    },
  },
  {
    name: 'votes are kept in their order, by whoever and however many at once, and decide nothing by themselves',
    async run({ store }) {
      const lease = await begun(store);
      await store.openRequest(lease, request('q1'));
      await store.releaseLease(lease);
      assert.deepEqual((await store.addVote('q1', vote('ada'))).votes, [vote('ada')]);
      const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
      await Promise.all(names.map((name) => store.addVote('q1', vote(name))));
      const found = await store.getRequest('q1');
      assert.equal(found?.decision, undefined);
      assert.deepEqual(found?.votes?.[0], vote('ada'));
      assert.deepEqual(found?.votes?.map(({ by }) => by).sort(), ['ada', ...names].sort());
    },
  },
  {
    name: 'nobody votes on what is decided, or is not there',
    async run({ store }) {
      await store.openRequest(await begun(store), request('q1'));
      await store.addVote('q1', vote('ada'));
      await store.decideRequest('q1', decision('bob'));
      await refusal(store.addVote('q1', vote('eve')), 'REQUEST_DECIDED');
      await refusal(store.addVote('q9', vote('eve')), 'REQUEST_NOT_FOUND');
      assert.deepEqual((await store.getRequest('q1'))?.votes, [vote('ada')]);
    },
  },
  {
    name: 'a decision needs no lease',
    async run({ store }) {
      const lease = await begun(store);
      await store.openRequest(lease, request('q1'));
      await store.releaseLease(lease);
      await store.decideRequest('q1', decision('ada'));
    },
  },
  {
    name: 'an unknown request cannot be decided',
    async run({ store }) {
      await refusal(store.decideRequest('q1', decision('ada')), 'REQUEST_NOT_FOUND');
    },
  },
  {
    name: 'requests are listed oldest first, by run, open or decided',
    async run({ store }) {
      const [first, second] = [await begun(store, 'r1'), await begun(store, 'r2')];
      await store.openRequest(first, request('q2', 'r1', start + 2));
      await store.openRequest(first, request('q1', 'r1', start + 1));
      await store.openRequest(second, request('q3', 'r2', start + 3));
      await store.decideRequest('q1', decision('ada'));
      assert.deepEqual(await ids(store), ['q1', 'q2', 'q3']);
      assert.deepEqual(await ids(store, { open: true }), ['q2', 'q3']);
      assert.deepEqual(await ids(store, { open: false }), ['q1']);
      assert.deepEqual(await ids(store, { runId: 'r1' }), ['q1', 'q2']);
      assert.deepEqual(await ids(store, { runId: 'r1', open: true }), ['q2']);
      assert.deepEqual(await ids(store, { runId: 'r9' }), []);
    },
  },
  {
    name: 'every text of a request and its decision comes back exactly',
    async run({ store }) {
      const lease = await begun(store);
      for (const [index, text] of oddTexts.entries()) {
        const asked = { ...request(`q${index}`), title: text, body: text, options: [{ id: text, label: text }] };
        const answer = { ...decision(text), answer: text, reason: text };
        const voted = { ...vote(text), reason: text };
        await store.openRequest(lease, asked);
        await store.addVote(asked.id, voted);
        await store.decideRequest(asked.id, answer);
        assert.deepEqual(await store.getRequest(asked.id), { ...asked, votes: [voted], decision: answer });
      }
    },
  },
];
