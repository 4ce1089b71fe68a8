import type { Memory } from '@forge/plugin-api';

export function wordsIn(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** How much of what is asked for the memory is about: 0 to 1. Without a question all are alike, and the newest first. */
export function scoreOf({ content, context, tags }: Memory, question: string): number {
  if (question.trim() === '') return 1;
  const wanted = new Set(wordsIn(question));
  const found = new Set(wordsIn(`${content} ${context} ${tags.join(' ')}`));
  return [...wanted].filter((word) => found.has(word)).length / Math.max(1, wanted.size);
}
