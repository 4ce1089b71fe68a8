import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  definePlugin,
  defineTool,
  z,
  type ConfigLayer,
  type HumanGate,
  type StoredRequest,
  type ToolContext,
} from '@forge/plugin-api';
import { answer, callTool } from '@forge/testkit/model-server';
import { startTestKernel, type TestKernelOptions } from '@forge/testkit/test-kernel';
import { onTestFinished } from 'vitest';

const note = defineTool({
  name: 'note',
  description: 'Keeps a note in a file of the project.',
  schema: { input: z.strictObject({ text: z.string() }), output: z.strictObject({ file: z.string() }) },
  effect: 'workspace',
  async execute({ text }, { workspace }: ToolContext) {
    writeFileSync(join(workspace, 'notes.txt'), `${text}\n`);
    return { file: 'notes.txt' };
  },
});

const plan = {
  summary: 'Keep a note',
  assessment: { score: 1, gaps: [] },
  assumptions: [],
  tasks: [{ id: 'note', title: 'Note', goal: 'Keep it', files: [], dependencies: [], acceptance: [] }],
};
const script = [
  answer(plan),
  callTool('note', { text: 'the limit is five' }),
  answer({ summary: 'kept', commit: { type: 'docs', subject: 'keep a note' } }),
  answer({ approved: true, findings: [] }),
  answer({ setup: [], reason: 'there are none' }),
  answer({ risk: 'low', reasons: ['a note'] }),
];

export interface GateWorldOptions extends Pick<TestKernelOptions, 'clock' | 'env'> {
  readonly config?: ConfigLayer;
  /** How a person is asked in the process of the run. Default: nobody is there. */
  readonly gates?: readonly HumanGate[];
}

/** A real engine whose runs change one file and ask before they deploy it. What is deployed can be changed. */
export async function startGateWorld({ config = {}, gates = [], ...options }: GateWorldOptions = {}) {
  let stage = 'to the shelf';
  const kernel = await startTestKernel({
    ...options,
    replies: script,
    plugins: [
      {
        manifest: {
          name: 'gate-world',
          version: '1.0.0',
          type: 'bundle',
          entry: './none.js',
          provides: { tools: ['note'], deployers: ['shelf'], gates: gates.map(({ id }) => id) },
        },
        definition: definePlugin({
          setup: () => ({
            tools: [note],
            gates: [...gates],
            deployers: [
              {
                name: 'shelf',
                plan: async () => ({ stages: [{ name: 'shelf', description: stage }] }),
                deployTo: async () => ({ location: 'shelf' }),
              },
            ],
          }),
        }),
      },
    ],
    config: { deployment: { deployer: 'shelf' }, gates: gates.map(({ id }) => id), ...config },
  });
  onTestFinished(kernel.close);
  const [engine, store] = await Promise.all([kernel.forge.engine(), kernel.forge.store()]);
  const requirement = { task: 'Put it there', constraints: [], acceptanceCriteria: [], images: [] };
  return {
    kernel,
    engine,
    store,
    /** Until it waits, or ends. */
    start: async () => (await engine.start({ requirement, directory: kernel.cwd })).finished,
    resume: async (runId: string) => (await engine.resume(runId)).finished,
    deployTo: (place: string) => {
      stage = place;
    },
    async openRequest(): Promise<StoredRequest> {
      const [request, second] = await store.listRequests({ open: true });
      if (request === undefined || second !== undefined) throw new Error('not one request is open');
      return request;
    },
    events: async (runId: string) => store.readEvents(runId),
  };
}
