import { toolContract } from '@forge/testkit/contracts';
import { afterAll } from 'vitest';
import { createRepository, toolNamed } from './repository.ts';

const calls: readonly { readonly tool: string; readonly input: object; readonly failing?: object }[] = [
  { tool: 'git_status', input: {} },
  { tool: 'git_diff', input: { revision: 'HEAD~1' }, failing: { revision: 'nowhere' } },
  { tool: 'git_log', input: { count: 1 }, failing: { path: '../elsewhere' } },
  { tool: 'git_show', input: { revision: 'HEAD' }, failing: { revision: 'HEAD:missing.ts' } },
];

// One for all cases: these tools change nothing.
const { context, remove } = createRepository();
afterAll(remove);

for (const { tool, input, failing } of calls) {
  toolContract({ name: tool, create: () => ({ tool: toolNamed(tool), context, input, failing }) });
}
