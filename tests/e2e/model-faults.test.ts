import {
  badSse,
  badToolJson,
  byTurn,
  callTool,
  contextExceeded,
  contextOverflow,
  countEvents,
  cutAt,
  duplicateCallId,
  emptyReply,
  errorEvent,
  fault,
  forbidden,
  hugeReply,
  invalidRequest,
  maxTokens,
  missingUsage,
  type ModelRequest,
  noBytes,
  noSuchModel,
  overloaded,
  rateLimited,
  refuse,
  type Reply,
  reset,
  say,
  silent,
  spendLimit,
  stall,
  startModelServer,
  together,
  turnOf,
  unauthorized,
  unusedUrl,
} from '@forge/testkit/model-server';
import type { ConfigLayer, ErrorCode } from '@forge/plugin-api';
import { describe, expect, it, onTestFinished } from 'vitest';
import { kernelInProcess } from './kernel-in-process.ts';
import { sampleRepository } from './sample-repository.ts';
import { changes, done, pipelineScript } from './scripts.ts';

const change = changes.node;
const task = 'Add the area of a triangle';
const flags: ConfigLayer = {
  // The tests of the project say nothing about models, and take a second.
  phases: ['planning', 'implementation', 'review', 'deployment'],
  safety: { maxFailures: 100 },
};

/** What a broken reply said before it broke: it must never be heard of again. */
const halfSaid = 'Half of a thought that was never finished.';
const half = together(say(halfSaid), callTool('fs_read', { path: 'README.md' }));
const edit = callTool('fs_edit', { path: change.file, edits: [{ old: change.from, new: change.to }] });

/** In the middle of the first task's work, each turn begins with one of the faults, once; then comes the work. */
async function disturbed(...faults: readonly Reply[]) {
  const given = new Set<number>();
  let hanging: ModelRequest | undefined;
  const server = await startModelServer({
    script: pipelineScript(change, {
      implementer: {
        triangle: (request) => {
          const turn = turnOf(request);
          const reply = faults[turn];
          if (reply === undefined) return request.raw.includes('edited') ? done('add the area of a triangle') : edit;
          if (given.has(turn)) return callTool('fs_grep', { pattern: `look ${turn}` });
          given.add(turn);
          if (['stall', 'silent'].includes(reply.fault?.kind ?? '')) hang(request);
          return reply;
        },
        'triangle-test': byTurn([
          callTool('fs_write', { path: change.testFile, content: change.test }),
          done('test it', 'test'),
        ]),
      },
    }),
  });
  onTestFinished(() => server.close());
  const repository = sampleRepository('node');
  const kernel = await kernelInProcess({
    cwd: repository.path,
    modelUrl: server.url,
    flags,
    isWaiting: () => hanging !== undefined,
  });
  function hang(request: ModelRequest): void {
    hanging = request;
    void request.done.then(() => {
      hanging = undefined;
    });
  }
  return { server, repository, kernel };
}

/** Requests in which a call has no result, more than one, or one that nobody asked for. */
function unanswered(requests: readonly ModelRequest[]): string[] {
  return requests.flatMap(({ index, messages }) =>
    messages.flatMap(({ calls }, at) => {
      const asked = calls.map(({ id }) => id);
      const following = messages.slice(at + 1).findIndex(({ role }) => role === 'assistant');
      const until = following < 0 ? messages.length : at + 1 + following;
      const given = messages.slice(at + 1, until).flatMap(({ results }) => results.map(({ callId }) => callId));
      const fits =
        calls.length === 0 ||
        (new Set(asked).size === asked.length && asked.toSorted().join() === given.toSorted().join());
      return fits ? [] : [`request ${index}, message ${at}: ${asked.join()} got ${given.join()}`];
    }),
  );
}

function expectWholeHistory({
  requests,
  complaints,
}: {
  requests: readonly ModelRequest[];
  complaints: readonly string[];
}) {
  expect(unanswered(requests)).toEqual([]);
  expect(complaints).toEqual([]);
  expect(requests.filter(({ raw }) => raw.includes(halfSaid)).map(({ index }) => index)).toEqual([]);
}

interface Retried {
  readonly name: string;
  readonly reply: Reply;
  readonly code: ErrorCode;
  readonly atLeastMs?: number;
}

const retried: readonly Retried[] = [
  { name: '429 with seconds', reply: rateLimited({ 'retry-after': '7' }), code: 'LLM_RATE_LIMITED', atLeastMs: 7_000 },
  {
    name: '429 with milliseconds',
    reply: rateLimited({ 'retry-after-ms': '1500' }),
    code: 'LLM_RATE_LIMITED',
    atLeastMs: 1_500,
  },
  {
    name: '429 with a date',
    reply: rateLimited({ 'retry-after': new Date(Date.now() + 500_000).toUTCString() }),
    code: 'LLM_RATE_LIMITED',
    atLeastMs: 300_000,
  },
  { name: '429 with nothing', reply: rateLimited(), code: 'LLM_RATE_LIMITED' },
  { name: '529', reply: overloaded(), code: 'LLM_OVERLOADED' },
  { name: '500', reply: fault({ status: 500 }), code: 'LLM_UNAVAILABLE' },
  { name: '502 with a page', reply: fault({ status: 502, body: '<html>Bad gateway</html>' }), code: 'LLM_UNAVAILABLE' },
  { name: '503', reply: fault({ status: 503 }), code: 'LLM_OVERLOADED' },
  { name: '504', reply: fault({ status: 504 }), code: 'LLM_UNAVAILABLE' },
  { name: 'a reset', reply: reset(half), code: 'LLM_UNAVAILABLE' },
  { name: 'a reset in the middle', reply: reset(half, { after: 4 }), code: 'LLM_CUT' },
  { name: 'no bytes', reply: noBytes(), code: 'LLM_UNAVAILABLE' },
  { name: 'silence', reply: silent(), code: 'LLM_TIMEOUT' },
  { name: 'a stalled stream', reply: stall(half, { after: 5 }), code: 'LLM_TIMEOUT' },
  { name: 'an error event after 200', reply: errorEvent({ after: 4 }, half), code: 'LLM_OVERLOADED' },
  { name: 'bad SSE', reply: badSse(half, { after: 5 }), code: 'LLM_BAD_REPLY' },
  { name: 'a page instead of a stream', reply: fault({ status: 200, body: '<html>Welcome</html>' }), code: 'LLM_CUT' },
  { name: 'an early end as if it were whole', reply: cutAt(6, half, { clean: true }), code: 'LLM_CUT' },
  { name: 'an empty reply', reply: emptyReply(), code: 'LLM_BAD_REPLY' },
  ...Array.from({ length: countEvents('anthropic', half) }, (_, at) => ({
    name: `a stream cut after ${at} events`,
    reply: cutAt(at, half),
    code: 'LLM_CUT' as const,
  })),
];

describe('faults in the middle of the work that go by', () => {
  it(`are ${retried.length}: each call is made again, and nothing is left of the first`, async () => {
    const { server, kernel, repository } = await disturbed(...retried.map(({ reply }) => reply));
    const { code, error, events } = await kernel.run(task);
    expect({ code, error }).toEqual({ code: 0, error: undefined });
    const retries = events.flatMap((event) => (event.type === 'llm.retried' ? [event.payload] : []));
    const named = retried.map((row, at) => ({
      name: row.name,
      code: retries[at]?.code,
      attempt: retries[at]?.attempt,
    }));
    expect(named).toEqual(retried.map(({ name, code: expected }) => ({ name, code: expected, attempt: 1 })));
    const early = retried.filter(({ atLeastMs = 0 }, at) => (retries[at]?.waitMs ?? -1) < atLeastMs);
    expect(early.map(({ name }) => name)).toEqual([]);
    expectWholeHistory(server);
    // The same request again, byte for byte, so that a prompt cache keeps working.
    const raws = server.requests.map(({ raw }) => raw);
    expect(raws.length - new Set(raws).size).toBe(retried.length);
    expect(repository.git('branch', '--list', 'forge/*')).toContain('forge/');
  });
});

const read = (input: unknown) => callTool('fs_read', input);
const answered = [
  { name: 'a call whose arguments are no JSON', reply: badToolJson('fs_read'), says: 'not a JSON object' },
  { name: 'a tool that there is not', reply: callTool('fs_delete', { path: '.' }), says: 'There is no tool' },
  { name: 'a missing argument', reply: read({}), says: 'path' },
  { name: 'a wrong argument', reply: read({ path: 7 }), says: 'path' },
  { name: 'an argument too many', reply: read({ path: change.file, sudo: true }), says: 'sudo' },
  {
    name: 'two calls with one id',
    reply: duplicateCallId('fs_read', [{ path: change.file }, { path: 'README.md' }]),
    says: 'Area of a rectangle',
  },
  {
    name: 'the token limit inside a call',
    reply: maxTokens(callTool('fs_write', { path: 'x.txt', content: 'x'.repeat(50) })),
    says: 'cut at the output limit',
  },
  {
    name: 'a whole and a cut call',
    reply: maxTokens(together(read({ path: 'package.json' }), read({ path: 'AGENTS.md' }))),
    says: 'cut at the output limit',
  },
  { name: 'a reply without token counts', reply: missingUsage(read({ path: 'test/area.test.js' })), says: 'assert' },
] as const;

describe('faults that the model can mend itself', () => {
  it(`are ${answered.length}: it is told, and the work goes on`, async () => {
    const { server, kernel } = await disturbed(...answered.map(({ reply }) => reply));
    const { code, error, events } = await kernel.run(task);
    expect({ code, error }).toEqual({ code: 0, error: undefined });
    expect(events.some(({ type }) => type === 'llm.retried')).toBe(false);
    expectWholeHistory(server);
    const last = server.requests.findLast(({ messages }) => turnOf({ messages }) === answered.length);
    const told = answered.map(({ name }, turn) => ({ name, told: resultsAfter(last, turn) }));
    expect(told).toEqual(answered.map(({ name, says }) => ({ name, told: expect.stringContaining(says) })));
  });
});

/** What the calls of the model's n-th reply were answered. */
function resultsAfter(request: ModelRequest | undefined, turn: number): string {
  const messages = request?.messages ?? [];
  const replies = messages.flatMap(({ role }, at) => (role === 'assistant' ? [at] : []));
  const following = messages.slice(replies[turn], replies[turn + 1]);
  return following.flatMap(({ results }) => results.map(({ text }) => text)).join('\n');
}

const ending = [
  { name: 'a spend limit', reply: spendLimit(), error: 'LLM_SPEND_LIMIT', code: 5 },
  { name: '401', reply: unauthorized(), error: 'LLM_CREDENTIALS', code: 4 },
  { name: '403', reply: forbidden(), error: 'LLM_CREDENTIALS', code: 4 },
  { name: '404 of the model', reply: noSuchModel(), error: 'LLM_MODEL_NOT_FOUND', code: 4 },
  { name: 'another 400', reply: invalidRequest(), error: 'LLM_BAD_REQUEST', code: 1 },
  { name: 'a context overflow', reply: contextOverflow(), error: 'LLM_CONTEXT_OVERFLOW', code: 1 },
  { name: 'a full context', reply: contextExceeded(say(halfSaid)), error: 'LLM_CONTEXT_OVERFLOW', code: 1 },
  { name: 'a refusal', reply: refuse(), error: 'LLM_REFUSED', code: 1 },
  { name: 'a huge reply', reply: hugeReply(), error: 'LLM_BAD_REPLY', code: 1 },
] as const;

describe('faults that no repetition helps against', () => {
  it(`are ${ending.length}: each ends the run with its own code, and it goes on when it is resumed`, async () => {
    const { server, kernel, repository } = await disturbed(...ending.map(({ reply }) => reply));
    let end = await kernel.run(task);
    const runId = end.events[0]?.traceId ?? '';
    const ends = [];
    for (const { name } of ending) {
      ends.push({ name, code: end.code, error: end.error });
      expect({ name, status: end.status }).toEqual({ name, status: 'failed' });
      expect(repository.git('branch', '--list', 'forge/*')).toBe('');
      end = await kernel.resume(runId);
    }
    expect(ends).toEqual(ending.map(({ name, code, error }) => ({ name, code, error })));
    expect({ code: end.code, error: end.error }).toEqual({ code: 0, error: undefined });
    expect(end.events.some(({ type }) => type === 'llm.retried')).toBe(false);
    expectWholeHistory(server);
  });

  it('do not have anything paid for again that was answered before', async () => {
    const { server, kernel } = await disturbed(say('not yet'), unauthorized(), spendLimit());
    const first = await kernel.run(task);
    const runId = first.events[0]?.traceId ?? '';
    await kernel.resume(runId);
    expect((await kernel.resume(runId)).code).toBe(0);
    // Only the two calls that got no answer were made twice.
    const raws = server.requests.map(({ raw }) => raw);
    expect(raws.length - new Set(raws).size).toBe(2);
  });

  it('an overload that does not end: six tries, then LLM_OVERLOADED', async () => {
    const server = await startModelServer({ script: () => overloaded() });
    onTestFinished(() => server.close());
    const kernel = await kernelInProcess({ cwd: sampleRepository('node').path, modelUrl: server.url, flags });
    const end = await kernel.run(task);
    expect({ code: end.code, error: end.error }).toEqual({ code: 1, error: 'LLM_OVERLOADED' });
    expect(server.requests).toHaveLength(6);
    server.play(pipelineScript(change));
    expect((await kernel.resume(end.events[0]?.traceId ?? '')).code).toBe(0);
  });

  it('a quota that is long in coming back: the run parks with the time when it can go on', async () => {
    const { kernel } = await disturbed(rateLimited({ 'retry-after': '7200' }));
    const end = await kernel.run(task);
    expect({ code: end.code, error: end.error, status: end.status }).toEqual({
      code: 5,
      error: 'WAITING_FOR_QUOTA',
      status: 'parked',
    });
    const parked = end.events.findLast((event) => event.type === 'run.parked')?.payload;
    expect(parked).toMatchObject({ reason: 'quota' });
    expect((parked?.wakeAt ?? 0) - kernel.clock.now()).toBeGreaterThanOrEqual(7_200_000);
    expect((await kernel.resume(end.events[0]?.traceId ?? '')).code).toBe(0);
  });

  it('a server that is not there: six tries, then LLM_UNAVAILABLE', async () => {
    const kernel = await kernelInProcess({ cwd: sampleRepository('node').path, modelUrl: await unusedUrl(), flags });
    const end = await kernel.run(task);
    expect({ code: end.code, error: end.error }).toEqual({ code: 1, error: 'LLM_UNAVAILABLE' });
    expect(end.events.filter(({ type }) => type === 'llm.retried')).toHaveLength(5);
  });
});
