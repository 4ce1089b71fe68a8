import { answer, byAgent, byTurn, callTool, type Reply, type ScriptFunction } from '@forge/testkit/model-server';

/** What the scripted agents do to one of the fixture repositories: a triangle beside the rectangle. */
export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly testFile: string;
  readonly test: string;
}

export const changes: Readonly<Record<'node' | 'python' | 'make' | 'rust', Change>> = {
  node: {
    file: 'src/area.js',
    from: '/** Area of a rectangle. */',
    to: '/** Area of a triangle. */\nexport function triangle(width, height) {\n  return (width * height) / 2;\n}\n\n/** Area of a rectangle. */',
    testFile: 'test/triangle.test.js',
    test: "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { triangle } from '../src/area.js';\n\ntest('area of a triangle', () => {\n  assert.equal(triangle(3, 4), 6);\n});\n",
  },
  python: {
    file: 'shapes/area.py',
    from: 'def area(',
    to: 'def triangle(width, height):\n    """Area of a triangle."""\n    return width * height / 2\n\n\ndef area(',
    testFile: 'tests/test_triangle.py',
    test: 'import unittest\n\nfrom shapes.area import triangle\n\n\nclass TriangleTest(unittest.TestCase):\n    def test_area_of_a_triangle(self):\n        self.assertEqual(triangle(3, 4), 6)\n',
  },
  make: {
    file: 'area.sh',
    from: 'echo $(($1 * $2))',
    to: 'if [ "${3-}" = triangle ]; then\n  echo $(($1 * $2 / 2))\nelse\n  echo $(($1 * $2))\nfi',
    testFile: 'test/triangle.sh',
    test: '#!/bin/sh\nset -eu\n[ "$(sh area.sh 3 4 triangle)" = 6 ]\n',
  },
  rust: {
    file: 'src/lib.rs',
    from: '/// Area of a rectangle.',
    to: '/// Area of a triangle.\npub fn triangle(width: u32, height: u32) -> u32 {\n    width * height / 2\n}\n\n/// Area of a rectangle.',
    testFile: 'tests/triangle.rs',
    test: '#[test]\nfn area_of_a_triangle() {\n    assert_eq!(shapes::triangle(3, 4), 6);\n}\n',
  },
};

export const plan = {
  summary: 'Add the area of a triangle',
  assessment: { score: 0.9, gaps: [] },
  assumptions: [],
  tasks: [
    {
      id: 'triangle',
      title: 'Add triangle',
      goal: 'A function for the area of a triangle',
      files: [],
      dependencies: [],
      acceptance: [],
    },
    {
      id: 'triangle-test',
      title: 'Test triangle',
      goal: 'A test of it',
      files: [],
      dependencies: ['triangle'],
      acceptance: [],
    },
  ],
};

export function done(subject: string, type = 'feat'): Reply {
  return answer({ summary: subject, commit: { type, subject } });
}

export const approval = answer({ approved: true, findings: [] });

/** Planner, two implementers and a reviewer who has nothing to say. Replies depend on the conversation alone. */
export function pipelineScript(change: Change, more: Parameters<typeof byAgent>[0] = {}): ScriptFunction {
  return byAgent({
    planner: byTurn([answer(plan)]),
    implementer: {
      triangle: byTurn([
        callTool('fs_read', { path: change.file }),
        callTool('fs_edit', { path: change.file, edits: [{ old: change.from, new: change.to }] }),
        done('add the area of a triangle'),
      ]),
      'triangle-test': byTurn([
        callTool('fs_write', { path: change.testFile, content: change.test }),
        done('test the area of a triangle', 'test'),
      ]),
    },
    reviewer: byTurn([approval]),
    ...more,
  });
}
