import { implementationInputSchema, type JsonObject } from '@forge/plugin-api';
import { createAgentContext } from '@forge/testkit/fakes';
import { expect, test } from 'vitest';
import { createAcpAgent } from '../src/acp-agent.ts';

const task = { id: 'count', title: 'Count all logins.', goal: 'Count logins', files: ['src/login.ts'] };
const plan = { summary: 'Count', assessment: { score: 1 }, tasks: [task] };
const input = implementationInputSchema.parse({
  requirement: { task: 'Count logins' },
  plan,
  task,
  instructions: 'No semicolons.',
});
const reply = { agent: 'scripted', message: 'Counted.', stopReason: 'end_turn', cost: 'reported' };

function contextWith(tools: readonly string[], outcome: object) {
  const given: JsonObject[] = [];
  const ctx = createAgentContext({
    tools: tools.map((name) => ({ name, description: name, inputSchema: { type: 'object' } })),
    async callTool(_, call) {
      given.push(call);
      return { ok: true, output: reply, text: 'Counted.', ...outcome };
    },
  });
  return { ctx, given };
}

test('the other agent is told the task and the conventions; its last words are the summary', async () => {
  const { ctx, given } = contextWith(['fs_read'], {});
  expect(await createAcpAgent().execute(input, ctx)).toEqual({
    summary: 'Counted.',
    commit: { type: 'feat', subject: 'count all logins' },
  });
  expect(given[0]?.['prompt']).toMatch(/Your task: Count all logins\.[\s\S]*src\/login\.ts/);
  expect(given[0]?.['prompt']).toContain('No semicolons.');
});

test.each([
  [['fs_read'], []],
  [['fs_read', 'fs_edit'], ['edit']],
  [
    ['fs_write', 'shell'],
    ['edit', 'execute'],
  ],
])('with the tools %j it may %j', async (tools, may) => {
  const { ctx, given } = contextWith(tools, {});
  await createAcpAgent().execute(input, ctx);
  expect(given[0]?.['may']).toEqual(may);
});

test('a cost that is not known is said', async () => {
  const { ctx } = contextWith([], { output: { ...reply, cost: 'unknown' } });
  await createAcpAgent().execute(input, ctx);
  expect(ctx.calls).toContainEqual(
    expect.objectContaining({
      kind: 'note',
      with: expect.objectContaining({ decision: expect.stringContaining('not known') }),
    }),
  );
});

test('a failure keeps its code', async () => {
  const { ctx } = contextWith([], { ok: false, text: 'it died', errorCode: 'COMMAND_NOT_FOUND' });
  await expect(createAcpAgent().execute(input, ctx)).rejects.toMatchObject({
    code: 'COMMAND_NOT_FOUND',
    message: 'it died',
  });
});
