import { answer, byAgent, byTurn, callTool, type ModelRequest, type Reply } from '@forge/testkit/model-server';

const test = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { triangle } from '../src/triangle.js';

test('area of a triangle', () => {
  assert.equal(triangle(3, 4), 6);
});
`;

const plan = {
  summary: 'Add the area of a triangle',
  assessment: { score: 0.9, gaps: [] },
  tasks: [{ id: 'triangle', title: 'Add triangle', goal: 'A function for the area of a triangle, and its test' }],
};
const question = {
  question: 'Which units?',
  why: 'two readings lead to different changes',
  options: ['metres', 'feet'],
  assumption: 'metres',
};

const doubtful = { ...plan, assessment: { score: 0.5, gaps: ['units'] }, questions: [question] };

/** Every task is a triangle here; a doubtful one is asked about first. Replies depend on the conversation alone. */
export const pipeline = byAgent({
  planner: (request) => answer(isDoubtful(request) ? doubtful : plan),
  implementer: byTurn([
    callTool('fs_write', {
      path: 'src/triangle.js',
      content: 'export const triangle = (width, height) => (width * height) / 2;\n',
    }),
    callTool('fs_write', { path: 'test/triangle.test.js', content: test }),
    answer({ summary: 'Added triangle', commit: { type: 'feat', subject: 'add the area of a triangle' } }),
  ]),
  reviewer: (): Reply => answer({ approved: true, findings: [] }),
});

function isDoubtful({ messages }: ModelRequest): boolean {
  return messages.length === 1 && (messages[0]?.text ?? '').includes('doubtful');
}
