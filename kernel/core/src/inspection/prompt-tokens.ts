import type { Tool } from '@forge/plugin-api';

/** What the words and schemas of tools add to every prompt, in tokens, as the budget estimates them. */
export async function promptTokensOf(tools: readonly Tool[]): Promise<number> {
  const { estimateTokens, specOf } = await import('@forge/engine');
  return tools.reduce((sum, tool) => sum + estimateTokens(specOf(tool)), 0);
}
