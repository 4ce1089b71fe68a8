import {
  defineAgent,
  testCommandSchema,
  testRunners,
  z,
  type Agent,
  type ProjectFacts,
  type TestingInput,
} from '@forge/plugin-api';
import { describeProject } from '@forge/briefing';
import { findTests, looksTested } from './find-tests.ts';

const commandSchema = testCommandSchema.extend({ runner: z.enum(testRunners) });
const answerSchema = z.strictObject({
  test: commandSchema.optional(),
  setup: z.array(commandSchema).default([]),
  reason: z.string(),
});

/** Finds the project's test command by rules; asks a model only about tests that no rule knows. */
export function createTester(prompt: string): Agent<'tester'> {
  return defineAgent({
    id: 'tester',
    type: 'tester',
    description: "Finds the command that runs the project's tests",
    async execute(input, ctx) {
      const project = withNewFiles(input);
      const found = findTests(project);
      if (found !== undefined) return found;
      if (!looksTested(project)) return { setup: [], reason: 'nothing in the project looks like tests' };
      ctx.progress('asking the model how the tests are run');
      return ctx.llm.object({
        system: prompt,
        messages: [{ role: 'user', content: [{ type: 'text', text: describeProject(project) }] }],
        name: 'test_command',
        schema: answerSchema,
      });
    },
  });
}

/** The facts may be older than the change, and the change may bring the first tests. */
function withNewFiles({ project, change }: TestingInput): ProjectFacts {
  const added = change.files.filter((file) => file.added > 0).map((file) => file.path);
  return { ...project, files: [...new Set([...project.files, ...added])].sort() };
}
