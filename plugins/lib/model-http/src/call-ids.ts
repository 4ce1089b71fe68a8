import type { ContentBlock, Message } from '@forge/plugin-api';

/**
 * The content with call ids that are unique in the whole conversation. Servers repeat ids within a message, over
 * messages, or leave them empty; an answer could then not be told from another, and the next request is refused.
 */
export function withUniqueCallIds(
  content: readonly ContentBlock[],
  history: readonly Message[],
): readonly ContentBlock[] {
  if (!content.some((block) => block.type === 'tool_use')) return content;
  const taken = new Set(
    history.flatMap((message) => message.content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []))),
  );
  return content.map((block) => {
    if (block.type !== 'tool_use') return block;
    const id = freeId(block.id || 'call', taken);
    taken.add(id);
    return id === block.id ? block : { ...block, id };
  });
}

function freeId(id: string, taken: ReadonlySet<string>): string {
  if (!taken.has(id)) return id;
  let number = 2;
  while (taken.has(`${id}_${number}`)) number++;
  return `${id}_${number}`;
}
