import type { ContentBlock, Usage } from '@forge/plugin-api';
import type { ToolRequest } from './dialogue.ts';

/** About what providers count for English and code. */
const charactersPerToken = 3.6;
/** System prompt, tools and output schema. */
const fixedTokens = 2100;
const openingTokens = 1400;
/** What a model reads of a tool's result. */
const resultTokens: Readonly<Record<string, number>> = { fs_read: 420, shell: 260 };
const smallResult = 25;

/** Counts tokens as a provider with a prompt cache would: what was sent before is read from the cache. */
export class TokenMeter {
  #cached = 0;
  #unread = fixedTokens + openingTokens;

  reply(content: readonly ContentBlock[], asked: readonly ToolRequest[]): Usage {
    const outputTokens = Math.ceil(JSON.stringify(content).length / charactersPerToken);
    const usage = { inputTokens: 4, outputTokens, cacheReadTokens: this.#cached, cacheWriteTokens: this.#unread };
    this.#cached += this.#unread;
    this.#unread = asked.reduce((sum, { tool }) => sum + (resultTokens[tool] ?? smallResult), outputTokens);
    return usage;
  }
}
