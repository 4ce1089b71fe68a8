import type { ForgeEvent } from '@forge/plugin-api';
import { startModelServer } from '@forge/testkit/model-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { sampleRepository } from './sample-repository.ts';
import { changes, pipelineScript } from './scripts.ts';

const task = ['run', 'Add the area of a triangle', '--yes', '--json'];

async function world(executor: string) {
  const server = await startModelServer({ script: pipelineScript(changes.node) });
  onTestFinished(() => server.close());
  const repository = sampleRepository('node');
  const env = { FORGE_EXECUTOR: executor };
  return { server, repository, forge: createForge({ cwd: repository.path, modelUrl: server.url, env }) };
}

/** What an event says, without what differs from run to run: ids, times, and hashes of what holds them. */
function saying({ type, source, phase, taskId, executionId, rationale, tokensUsed, costUsd, payload }: ForgeEvent) {
  const text = JSON.stringify({ source, phase, taskId, executionId, rationale, tokensUsed, costUsd, payload });
  const plain = text
    .replace(/[0-9A-Z]{26}/g, '<id>')
    .replace(/\b[0-9a-f]{12,64}\b/g, '<hash>')
    .replace(/\b\d{13}\b|[\d.]+ms\b|(?<="durationMs":|duration_ms )[\d.]+/g, '<time>');
  return `${type} ${plain}`;
}

describe('executions in processes of their own', () => {
  it('give the same tree and the same events as in the process of the kernel', async () => {
    const ends = [];
    for (const executor of ['in-process', 'child-process']) {
      const { repository, forge, server } = await world(executor);
      const { code, events, stderr } = await forge.run(...task);
      expect({ code, stderr, complaints: server.complaints }).toMatchObject({ code: 0, complaints: [] });
      const branch = repository.git('branch', '--list', 'forge/*', '--format=%(refname:short)');
      ends.push({
        tree: repository.git('rev-parse', `${branch}^{tree}`),
        requests: server.requests.map(({ raw }) => raw),
        events: events.map(saying),
      });
    }
    expect(ends[1]?.events).toEqual(ends[0]?.events);
    expect(ends[1]).toEqual(ends[0]);
  }, 120_000);
});
