import { createHash } from 'node:crypto';
import type { ModelRequest } from './model-request.ts';
import type { Reply, ReplyUsage } from './reply.ts';

/** A rough count that is good enough to compare requests with each other: four characters a token. */
export const estimateTokens = (text: string): number => Math.ceil(text.length / 4);

const outputText = (reply: Reply): number =>
  reply.blocks.reduce((sum, block) => sum + (block.type === 'filler' ? block.bytes : JSON.stringify(block).length), 0);

/** Counts tokens as a model with a prompt cache does: what it saw before up to a cache mark is read, not paid again. */
export interface PromptCache {
  usageOf(request: ModelRequest, reply: Reply): ReplyUsage | undefined;
}

/** An empty cache. It keeps a hash per marked prefix and no text. */
export function createPromptCache(): PromptCache {
  const seen = new Set<string>();
  return {
    usageOf(request, reply) {
      const hash = createHash('sha256').update(request.model);
      const sizes = request.promptParts.map((part) => part.length);
      const total = Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 4);
      const last = request.cacheMarks.at(-1) ?? 0;
      let length = 0;
      let read = 0;
      let marked = 0;
      const prefixes: string[] = [];
      for (const [index, part] of request.promptParts.entries()) {
        length += part.length;
        const key = hash.update(part).update('\0').copy().digest('hex');
        if (seen.has(key) && index < last) read = Math.ceil(length / 4);
        if (request.cacheMarks.includes(index + 1)) prefixes.push(key);
        if (index + 1 === last) marked = Math.ceil(length / 4);
      }
      for (const key of prefixes) seen.add(key);
      if (reply.usage === 'missing') return undefined;
      const counted: ReplyUsage = {
        input: total - marked,
        output: Math.ceil(outputText(reply) / 4),
        cacheRead: read,
        cacheWrite: Math.max(0, marked - read),
      };
      return { ...counted, ...reply.usage };
    },
  };
}
