import {
  answer,
  byAgent,
  byTurn,
  callTool,
  type Reply,
  type ScriptFunction,
  startModelServer,
  type ModelServer,
} from '@forge/testkit/model-server';
import { onTestFinished } from 'vitest';
import { temporaryRepository } from './cli-process.ts';

export const plan = {
  summary: 'Write a greeting',
  assessment: { score: 0.9, gaps: [] },
  assumptions: [],
  tasks: [
    { id: 'greeting', title: 'Write it', goal: 'Write greeting.js', files: [], dependencies: [], acceptance: [] },
  ],
};

const written = [
  callTool('fs_write', { path: 'greeting.js', content: 'export const greeting = "hello";\n' }),
  answer({ summary: 'wrote it', commit: { type: 'feat', subject: 'add a greeting' } }),
];

/** One task, one file, a reviewer who has nothing to say. `implementer` may wait before it answers. */
export function greetingScript(implementer: readonly Reply[] = written): ScriptFunction {
  return byAgent({
    planner: byTurn([answer(plan)]),
    implementer: byTurn(implementer),
    reviewer: byTurn([answer({ approved: true, findings: [] })]),
  });
}

/** A repository with a test that passes, and a model that writes a greeting. */
export async function greetingWorld(script: ScriptFunction = greetingScript()): Promise<{
  readonly server: ModelServer;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}> {
  const server = await startModelServer({ script });
  onTestFinished(() => server.close());
  const cwd = temporaryRepository({
    'package.json': '{ "name": "sample", "type": "module", "scripts": { "test": "node --test" } }\n',
    'test/sample.test.js': "import { test } from 'node:test';\n\ntest('it works', () => {});\n",
  });
  return { server, cwd, env: { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: 'sk-ant-cli-canary-0123456789' } };
}
