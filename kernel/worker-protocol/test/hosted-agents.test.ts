import type { Agent, AgentContext, Clock, Json } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { createHostedAgents } from '../src/hosted-agents.ts';
import { createInnerLines } from '../src/inner-line.ts';
import { nowhere } from '../src/nowhere.ts';
import { serveExecution } from '../src/serve-execution.ts';

/** It stands still. */
const clock: Clock = { now: () => 0, sleep: () => new Promise(() => {}) };
const job = { runId: 'r1', executionId: 'planning/1', agent: 'waits', input: {} };

/** As much of one as a worker is told at the beginning. */
const context = {
  signal: new AbortController().signal,
  llm: { capabilities: { contextTokens: 1, maxOutputTokens: 1, tools: true, images: true, structuredOutput: true } },
  tools: { specs: [] },
  safety: {
    state: { costUsd: 0, tokens: 0, iterations: 0, toolCalls: 0, elapsedMs: 0 },
    check: () => ({ shouldBreak: false }),
  },
  shared: { getSnapshot: () => ({}) },
} as unknown as AgentContext;

/** Both ends of the lines; an agent that waits for ever, and the context that it got. */
function scene() {
  const begun = Promise.withResolvers<AgentContext>();
  const agent = {
    id: 'waits',
    execute(_: Json, given: AgentContext) {
      begun.resolve(given);
      return new Promise(() => {});
    },
  } as unknown as Agent;
  const lines = createInnerLines((piece) => hosted.take(piece));
  const hosted = createHostedAgents((piece) => lines.take(piece), clock);
  const nothing = () => Promise.reject(new Error('not in this test'));
  const host = { resolveAgent: async () => agent, locateAgent: nothing, workerCommand: nothing };
  const serve = () => serveExecution({ stream: lines.open(1), job, place: nowhere('waits'), context, clock });
  return { hosted, host, serve, begun: begun.promise };
}

it('ends an agent with the execution for which it works, whatever the other side does', async () => {
  const { hosted, host, serve, begun } = scene();
  hosted.admit(7, host);
  const served = serve().catch((error: unknown) => error);
  hosted.begin({ id: 1, execution: 7, agent: 'waits' });
  const { signal } = await begun;
  expect(signal.aborted).toBe(false);
  hosted.dismiss(7);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  expect(signal.reason).toMatchObject({ code: 'WORKER_LOST' });
  hosted.destroyAll();
  void served;
});

it('runs none for an execution that is over', async () => {
  const { hosted, host, serve } = scene();
  hosted.admit(7, host);
  hosted.dismiss(7);
  const served = serve();
  hosted.begin({ id: 1, execution: 7, agent: 'waits' });
  await expect(served).rejects.toMatchObject({ code: 'WORKER_LOST' });
});
