import type { AgentType, Tool, ToolSpec } from '@forge/plugin-api';
import { specOf } from '../execution/describe-tool.ts';
import { maskJson } from '../log/mask-json.ts';
import type { Run } from './run.ts';

/** Only who implements may change anything. */
export async function toolsFor(run: Run, agentType: AgentType): Promise<readonly Tool[]> {
  const tools = await run.deps.tools();
  return agentType === 'implementer' ? tools : tools.filter(({ effect }) => effect === 'read');
}

/** What was kept last in each run: most executions are offered the same. */
const kept = new WeakMap<Run, { readonly text: string; readonly blob: Promise<string> }>();

/**
 * Keeps what an execution is told of its tools, and gives the blob's hash. An execution that goes on later is told the
 * same, whatever became of skills and plugins meanwhile. Undefined when the tools cannot be had: whoever uses them says why.
 */
export async function keepOffered(run: Run, agentType: AgentType): Promise<string | undefined> {
  const tools = await toolsFor(run, agentType).catch(() => undefined);
  if (tools === undefined) return undefined;
  const text = JSON.stringify(maskJson(tools.map(specOf), run.deps.mask));
  const last = kept.get(run);
  if (last?.text === text) return last.blob;
  const blob = run.store.putBlob(new TextEncoder().encode(text));
  kept.set(run, { text, blob });
  return blob;
}

/** What an execution was told of its tools when it began; of older logs, what it would be told now. */
export async function recallOffered(
  { store, state }: Run,
  executionId: string,
  tools: readonly Tool[],
): Promise<readonly ToolSpec[]> {
  const blob = state.executions[executionId]?.toolsBlob;
  if (blob === undefined) return tools.map(specOf);
  return JSON.parse(new TextDecoder().decode(await store.getBlob(blob))) as readonly ToolSpec[];
}
