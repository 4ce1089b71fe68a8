import Anthropic from '@anthropic-ai/sdk';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  always,
  byAgent,
  byTurn,
  callTool,
  holdUntil,
  lastUserText,
  type ModelServer,
  overloaded,
  say,
  type Script,
  startModelServer,
  whenAsked,
} from '../../src/model-server/index.ts';

let server: ModelServer;
let client: Anthropic;

beforeEach(async () => {
  server = await startModelServer();
  client = new Anthropic({ baseURL: server.url, apiKey: 'key', maxRetries: 0, logLevel: 'off' });
});
afterEach(() => server.close());

/** What the model says to this system prompt and these messages of user and model by turns; else the error's text. */
async function asked(system: string, ...texts: string[]): Promise<string> {
  const messages = texts.map((content, index) => ({
    role: index % 2 ? ('assistant' as const) : ('user' as const),
    content,
  }));
  try {
    const { content } = await client.messages.create({ model: 'm', max_tokens: 9, system, messages });
    return content.map((block) => (block.type === 'text' ? block.text : block.type)).join('');
  } catch (error) {
    return (error as Error).message;
  }
}

describe('kinds of script', () => {
  test('a list answers in order of arrival, and then complains', async () => {
    server.play([say('one'), callTool('read', {}), say('three')]);
    expect([await asked('S', 'a'), await asked('S', 'b'), await asked('S', 'c')]).toEqual(['one', 'tool_use', 'three']);
    expect(await asked('S', 'd')).toMatch(/^400 .*no reply for request 3/);
    expect(server.complaints).toEqual([
      expect.stringContaining('request 3: the script has no reply (system prompt: "S")'),
    ]);
  });

  test('a function sees the request and its index', async () => {
    server.play((request, index) => say(`${index}: ${lastUserText(request)}`));
    expect([await asked('S', 'a'), await asked('S', 'b', 'x', 'c')]).toEqual(['0: a', '1: c']);
  });

  test('by turn: the same request gets the same reply', async () => {
    server.play(byTurn([say('first'), say('second')]));
    expect([await asked('S', 'a'), await asked('S', 'a'), await asked('S', 'a', 'first', 'b')]).toEqual([
      'first',
      'first',
      'second',
    ]);
  });

  test('when asked: the first case that matches', async () => {
    server.play(
      whenAsked(
        ['needle', [say('text')]],
        [/^You are Ada/, always(say('pattern'))],
        [(request) => request.messages.length > 1, always(say('test'))],
      ),
    );
    expect([await asked('S', 'a needle'), await asked('You are Ada.', 'x'), await asked('S', 'a', 'b', 'c')]).toEqual([
      'text',
      'pattern',
      'test',
    ]);
    expect(await asked('S', 'nothing')).toMatch(/^400/);
  });
});

describe('by agent', () => {
  const pipeline = (): Script =>
    byAgent({
      planner: [say('plan')],
      implementer: {
        t1: [overloaded(), say('t1 done')],
        't1-b': [say('t1-b done')],
        t2: byTurn([say('t2 a'), say('t2 b')]),
      },
      reviewer: always(say('fine')),
    });

  test('parallel executions may arrive in any order', async () => {
    server.play(pipeline());
    const implement = (task: string, ...more: string[]) =>
      asked('You are the implementer.', `Task ${task}: go`, ...more);
    expect(await implement('t2')).toBe('t2 a');
    expect(await asked('You are the reviewer of what an implementer did.', 'look')).toBe('fine');
    expect(await implement('t1')).toMatch(/^529/);
    expect(await implement('t1-b')).toBe('t1-b done');
    expect(await implement('t2', 't2 a', 'go on')).toBe('t2 b');
    expect(await implement('t1')).toBe('t1 done');
    expect(await asked('# Planner', 'go')).toBe('plan');
    expect(server.complaints).toEqual([]);
  });

  test('Forge’s own agents, whose prompts do not name the role, and whose tasks follow the plan', async () => {
    server.play(pipeline());
    const task = '## Plan\n- t1: One\n- t2: Two (after t1)\n\n## Your task: Two (t2)\nDo it after t1.';
    expect(await asked('You are a software engineer. You carry out one task of a plan.', task)).toBe('t2 a');
    expect(await asked('You plan one change. A reviewer and an implementer follow.', 'go')).toBe('plan');
    expect(await asked('You review a change that the planner made.', 'go')).toBe('fine');
    expect(server.complaints).toEqual([]);
  });

  test('a role, a task or a turn without a script is named', async () => {
    server.play(pipeline());
    expect(await asked('You are the tester.', 'go')).toMatch(/^400/);
    expect(await asked('You are the implementer.', 'Task t9')).toMatch(/^400/);
    expect(server.complaints).toEqual([
      expect.stringContaining('You are the tester.'),
      expect.stringContaining('You are the implementer.'),
    ]);
  });

  test('role and task can be found in another way', async () => {
    const options = { agentOf: () => 'a', taskOf: (request: { system: string }) => request.system };
    server.play(byAgent({ a: { S1: [say('one')], S2: [say('two')] } }, options));
    expect([await asked('S2', 'x'), await asked('S1', 'x')]).toEqual(['two', 'one']);
  });
});

test('replies can be held until a test lets them go', async () => {
  const gate = Promise.withResolvers<void>();
  server.play(always(holdUntil(gate.promise, say('now'))));
  const both = Promise.all([asked('S', 'a'), asked('S', 'b')]);
  await server.waitForRequests(2);
  gate.resolve();
  expect(await both).toEqual(['now', 'now']);
});

test('closing breaks what is open, and may be done twice', async () => {
  server.play(always(holdUntil(new Promise(() => {}))));
  const failed = asked('S', 'a');
  await server.waitForRequests(1);
  await server.close();
  await server.close();
  expect(await failed).toBe('Connection error.');
});
