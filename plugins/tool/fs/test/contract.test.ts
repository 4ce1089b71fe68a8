import { toolContract, type ToolSubject } from '@forge/testkit/contracts';
import { createProject, toolNamed } from './project.ts';

const calls: readonly { readonly tool: string; readonly input: object; readonly failing: object }[] = [
  { tool: 'fs_read', input: { path: 'src/a.ts' }, failing: { path: 'nothing.ts' } },
  { tool: 'fs_write', input: { path: 'src/new.ts', content: 'x\n' }, failing: { path: '../x', content: '' } },
  {
    tool: 'fs_edit',
    input: { path: 'src/a.ts', edits: [{ old: 'one', new: 'two' }] },
    failing: { path: 'src/a.ts', edits: [{ old: 'zero', new: 'two' }] },
  },
  { tool: 'fs_list', input: {}, failing: { path: 'nothing' } },
  { tool: 'fs_glob', input: { pattern: '**/*.ts' }, failing: { pattern: '../*' } },
  { tool: 'fs_grep', input: { pattern: 'one' }, failing: { pattern: '(' } },
];

for (const { tool, input, failing } of calls) {
  toolContract({
    name: tool,
    create(): ToolSubject & { dispose(): void } {
      const project = createProject({ 'src/a.ts': 'const one = 1;\n' });
      return { tool: toolNamed(tool), context: project.context, input, failing, dispose: project.remove };
    },
  });
}
