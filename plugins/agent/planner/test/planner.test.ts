import { planningInputSchema, planSchema, type z } from '@forge/plugin-api';
import { type AgentCall, createAgentContext, type ScriptedAgentContext } from '@forge/testkit/fakes';
import { answer, callTool } from '@forge/testkit/model-server';
import { expect, test } from 'vitest';
import { createPlanner } from '../src/planner.ts';

const seen = (ctx: ScriptedAgentContext, kind: AgentCall['kind']) =>
  ctx.calls.filter((call) => call.kind === kind).map((call) => call.with);
const chatText = (ctx: ScriptedAgentContext, turn = 0) => JSON.stringify(seen(ctx, 'chat')[turn]);

const planner = createPlanner('Plan it.');

const input = (requirement: z.input<typeof planningInputSchema>['requirement'] = { task: 'Limit logins' }) =>
  planningInputSchema.parse({
    requirement,
    project: {
      files: ['src/login.js'],
      fileCount: 1,
      languages: { js: 1 },
      manifests: { 'package.json': '{"type":"module"}' },
      readme: 'A small API.',
      instructions: 'No semicolons.',
    },
  });

const plan = {
  summary: 'Limit logins',
  assessment: { score: 0.9, gaps: [] },
  assumptions: ['in memory'],
  tasks: [{ id: 'limiter', title: 'Limiter', goal: 'Count', files: [], dependencies: [], acceptance: [] }],
};
const doubt = {
  question: 'Per address or per account?',
  why: 'It decides the key.',
  options: ['address', 'account'],
  assumption: 'address',
};
const vague = { ...plan, assessment: { score: 0.5, gaps: ['by what?'] } };

test('a clear requirement: reads with tools, then plans', async () => {
  const tools = [{ name: 'look', description: 'Looks', inputSchema: {} }];
  const ctx = createAgentContext({ tools, replies: [callTool('look', { path: 'a' }), answer(plan)] });
  expect(await planner.execute(input(), ctx)).toEqual(plan);
  expect(seen(ctx, 'tool')).toEqual([{ name: 'look', input: { path: 'a' } }]);
  expect(seen(ctx, 'note')).toEqual([{ decision: 'requirement assessed at 0.9', rationale: 'nothing was missing' }]);
  expect(seen(ctx, 'chat')).toMatchObject([{ system: 'Plan it.' }, { system: 'Plan it.' }]);
});

test('the model sees requirement, repository, instructions and memories', async () => {
  const ctx = createAgentContext({ replies: [answer(plan)] });
  await ctx.memory.store({
    type: 'semantic',
    content: 'Limits live in src/limits.',
    context: 'Limit logins',
    confidence: 1,
  });
  await planner.execute(
    input({ task: 'Limit logins', constraints: ['no package'], acceptanceCriteria: ['429 after five'] }),
    ctx,
  );
  const text = chatText(ctx);
  for (const part of [
    'Limit logins',
    'no package',
    '429 after five',
    'src/login.js',
    'A small API.',
    'No semicolons.',
    'Limits live in src/limits.',
  ]) {
    expect(text).toContain(part);
  }
});

test('pictures reach the model as pictures', async () => {
  const ctx = createAgentContext({ replies: [answer(plan)] });
  await planner.execute(input({ task: 'As drawn', images: [{ mediaType: 'image/png', data: 'AAAA' }] }), ctx);
  const [request] = seen(ctx, 'chat') as { readonly messages: readonly { readonly content: readonly object[] }[] }[];
  expect(request?.messages[0]?.content.at(-1)).toEqual({
    type: 'image',
    mediaType: 'image/png',
    data: 'AAAA',
  });
});

test('doubts about a vague requirement are asked, and the plan is made again with the answers', async () => {
  const second = { ...doubt, question: 'How many?', options: [], assumption: 'five' };
  const ctx = createAgentContext({
    replies: [answer({ ...vague, questions: [doubt, second] }), answer(plan)],
    answers: [
      { answer: '2', by: 'person' },
      { answer: 'five', by: 'assumption' },
    ],
  });
  expect(await planner.execute(input(), ctx)).toEqual({
    ...plan,
    assumptions: ['in memory', 'Per address or per account? account', 'How many? five (assumed: nobody answered)'],
  });
  expect(seen(ctx, 'ask')).toEqual([
    {
      question: doubt.question,
      why: doubt.why,
      assumption: 'address',
      options: [
        { id: '1', label: 'address' },
        { id: '2', label: 'account' },
      ],
    },
    { question: 'How many?', why: doubt.why, assumption: 'five' },
  ]);
  expect(chatText(ctx, 1)).toContain('Per address or per account? account');
});

test('an answer in own words is kept as it is', async () => {
  const ctx = createAgentContext({
    replies: [answer({ ...vague, questions: [doubt] }), answer(plan)],
    answers: [{ answer: 'both', by: 'person' }],
  });
  const { assumptions } = await planner.execute(input(), ctx);
  expect(assumptions).toContain('Per address or per account? both');
});

test('a vague requirement without a question is planned once', async () => {
  const ctx = createAgentContext({ replies: [answer(vague)] });
  expect(await planner.execute(input(), ctx)).toEqual(vague);
});

test('a doubt about a clear requirement is not asked: its assumption stands', async () => {
  const ctx = createAgentContext({ replies: [answer({ ...plan, questions: [doubt] })] });
  const made = await planner.execute(input(), ctx);
  expect(made.assumptions).toEqual(['in memory', 'Per address or per account? address']);
  expect(planSchema.safeParse(made).success).toBe(true);
  expect(seen(ctx, 'ask')).toEqual([]);
});

test.each([
  ['a cycle', [{ ...plan.tasks[0], dependencies: ['limiter'] }], 'wait for each other'],
  ['an unknown dependency', [{ ...plan.tasks[0], dependencies: ['ghost'] }], 'no task \\"ghost\\"'],
  ['an id twice', [plan.tasks[0], plan.tasks[0]], 'has the id'],
  ['an id in capitals', [{ ...plan.tasks[0], id: 'Limiter' }], 'lower-case'],
])('%s goes back to the model', async (_name, tasks, fault) => {
  const ctx = createAgentContext({ replies: [answer({ ...plan, tasks }), answer(plan)] });
  expect(await planner.execute(input(), ctx)).toEqual(plan);
  expect(chatText(ctx, 1)).toContain(fault);
});

test('more than three questions go back to the model', async () => {
  const ctx = createAgentContext({
    replies: [answer({ ...vague, questions: [doubt, doubt, doubt, doubt] }), answer(plan)],
  });
  expect(await planner.execute(input(), ctx)).toEqual(plan);
});

test('whoever parks the run is not held up', async () => {
  const ctx = createAgentContext({ replies: [answer({ ...vague, questions: [doubt] })] });
  await expect(planner.execute(input(), ctx)).rejects.toMatchObject({ code: 'WAITING_FOR_PERSON' });
});
