import { scriptedContext } from '@forge/briefing/scripted-context';
import { planningInputSchema, planSchema, type z } from '@forge/plugin-api';
import { expect, test } from 'vitest';
import { createPlanner } from '../src/planner.ts';

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

function textOf(
  request: { readonly messages: readonly { readonly content: readonly object[] }[] } | undefined,
): string {
  return JSON.stringify(request?.messages);
}

test('a clear requirement: reads with tools, then plans', async () => {
  const tools = [{ name: 'look', description: 'Looks', inputSchema: {} }];
  const script = scriptedContext({ tools, replies: [{ calls: [{ name: 'look', input: { path: 'a' } }] }, plan] });
  expect(await planner.execute(input(), script.ctx)).toEqual(plan);
  expect(script.toolCalls).toEqual([{ name: 'look', input: { path: 'a' } }]);
  expect(script.notes).toEqual(['requirement assessed at 0.9: nothing was missing']);
  expect(script.requests[0]?.system).toBe('Plan it.');
});

test('the model sees requirement, repository, instructions and memories', async () => {
  const script = scriptedContext({ replies: [plan], memories: ['Limits live in src/limits.'] });
  await planner.execute(
    input({ task: 'Limit logins', constraints: ['no package'], acceptanceCriteria: ['429 after five'] }),
    script.ctx,
  );
  const text = textOf(script.requests[0]);
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
  const script = scriptedContext({ replies: [plan] });
  await planner.execute(input({ task: 'As drawn', images: [{ mediaType: 'image/png', data: 'AAAA' }] }), script.ctx);
  expect(script.requests[0]?.messages[0]?.content.at(-1)).toEqual({
    type: 'image',
    mediaType: 'image/png',
    data: 'AAAA',
  });
});

test('doubts about a vague requirement are asked, and the plan is made again with the answers', async () => {
  const second = { ...doubt, question: 'How many?', options: [], assumption: 'five' };
  const script = scriptedContext({
    replies: [{ ...vague, questions: [doubt, second] }, plan],
    answers: [
      { answer: '2', by: 'person' },
      { answer: 'five', by: 'assumption' },
    ],
  });
  expect(await planner.execute(input(), script.ctx)).toEqual({
    ...plan,
    assumptions: ['in memory', 'Per address or per account? account', 'How many? five (assumed: nobody answered)'],
  });
  expect(script.questions).toEqual([
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
  expect(textOf(script.requests[1])).toContain('Per address or per account? account');
});

test('an answer in own words is kept as it is', async () => {
  const script = scriptedContext({
    replies: [{ ...vague, questions: [doubt] }, plan],
    answers: [{ answer: 'both', by: 'person' }],
  });
  const { assumptions } = await planner.execute(input(), script.ctx);
  expect(assumptions).toContain('Per address or per account? both');
});

test('a vague requirement without a question is planned once', async () => {
  const script = scriptedContext({ replies: [vague] });
  expect(await planner.execute(input(), script.ctx)).toEqual(vague);
});

test('a doubt about a clear requirement is not asked: its assumption stands', async () => {
  const script = scriptedContext({ replies: [{ ...plan, questions: [doubt] }] });
  const made = await planner.execute(input(), script.ctx);
  expect(made.assumptions).toEqual(['in memory', 'Per address or per account? address']);
  expect(planSchema.safeParse(made).success).toBe(true);
  expect(script.questions).toEqual([]);
});

test.each([
  ['a cycle', [{ ...plan.tasks[0], dependencies: ['limiter'] }], 'wait for each other'],
  ['an unknown dependency', [{ ...plan.tasks[0], dependencies: ['ghost'] }], 'no task \\"ghost\\"'],
  ['an id twice', [plan.tasks[0], plan.tasks[0]], 'has the id'],
  ['an id in capitals', [{ ...plan.tasks[0], id: 'Limiter' }], 'lower-case'],
])('%s goes back to the model', async (_name, tasks, fault) => {
  const script = scriptedContext({ replies: [{ ...plan, tasks } as never, plan] });
  expect(await planner.execute(input(), script.ctx)).toEqual(plan);
  expect(textOf(script.requests[1])).toContain(fault);
});

test('more than three questions go back to the model', async () => {
  const script = scriptedContext({ replies: [{ ...vague, questions: [doubt, doubt, doubt, doubt] }, plan] });
  expect(await planner.execute(input(), script.ctx)).toEqual(plan);
});

test('whoever parks the run is not held up', async () => {
  const script = scriptedContext({ replies: [{ ...vague, questions: [doubt] }] });
  await expect(planner.execute(input(), script.ctx)).rejects.toThrow('nobody answers');
});
