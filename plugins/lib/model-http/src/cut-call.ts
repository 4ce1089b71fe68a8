import type { ContentBlock } from '@forge/plugin-api';

/**
 * The content of a reply that the output limit ended. A call at its end without arguments was cut before its first
 * one: it is marked invalid, since it would else look like a call that needs none.
 */
export function withCutCall(content: readonly ContentBlock[]): readonly ContentBlock[] {
  const last = content.at(-1);
  if (last?.type !== 'tool_use' || last.invalidInput !== undefined || Object.keys(last.input).length > 0)
    return content;
  return [...content.slice(0, -1), { ...last, invalidInput: '' }];
}
