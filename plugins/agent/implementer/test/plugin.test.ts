import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type AgentChatRequest, implementationInputSchema, manifestSchema } from '@forge/plugin-api';
import { createAgentContext, createPluginContext } from '@forge/testkit/fakes';
import { answer } from '@forge/testkit/model-server';
import { expect, test } from 'vitest';
import plugin from '../src/index.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));

test('it provides what its manifest declares', async () => {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(`${folder}/plugin.json`, 'utf8')));
  const { agents = [] } = await plugin.setup(createPluginContext({ folder }));
  expect(agents.map(({ id, type }) => [id, type])).toEqual([['implementer', 'implementer']]);
  expect(manifest.provides.agents).toEqual(['implementer']);
});

test('the first request is small, and its prompt fits any model', async () => {
  const { agents = [] } = await plugin.setup(createPluginContext({ folder }));
  const ctx = createAgentContext({ replies: [answer({ summary: 's', commit: { type: 'feat', subject: 's' } })] });
  await agents[0]?.execute(
    implementationInputSchema.parse({
      requirement: { task: 't' },
      plan: { summary: 'p', assessment: { score: 1 }, tasks: [{ id: 't', title: 't', goal: 'g' }] },
      task: { id: 't', title: 't', goal: 'g' },
      instructions: 'i',
    }),
    ctx,
  );
  const request = ctx.calls.find(({ kind }) => kind === 'chat')?.with as unknown as AgentChatRequest;
  const { system, messages, output } = request;

  expect(system.length).toBeLessThan(2500);
  // Tools may take 3.5 KB of the 8 KB that all of it may have.
  expect(JSON.stringify({ system, messages, output }).length).toBeLessThan(4500);
  expect(system).not.toMatch(/<\/?[a-z_]+>|claude|gpt|gemini|llama|anthropic|openai/i);
});
