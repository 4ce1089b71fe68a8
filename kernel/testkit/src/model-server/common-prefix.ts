import type { ModelRequest } from './model-request.ts';

/** How much of one request's prompt the next one repeats. Sizes in bytes of JSON, cache marks left out. */
export interface PrefixStep {
  readonly from: number;
  readonly to: number;
  readonly commonBytes: number;
  readonly fromBytes: number;
  readonly toBytes: number;
  /** The whole earlier prompt is a prefix of the later one: a prompt cache goes on working. */
  readonly kept: boolean;
}

const sizeOf = (parts: readonly string[]): number => parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);

/**
 * Compares each request of one conversation with the one before it, in the order in which a prompt cache reads:
 * tools, system prompt, messages. Pass the requests of a single execution; others share no prefix by nature.
 */
export function commonPrefix(requests: readonly ModelRequest[]): readonly PrefixStep[] {
  return requests.slice(1).map((request, at) => {
    const before = requests[at] as ModelRequest;
    const differs = before.promptParts.findIndex((part, index) => part !== request.promptParts[index]);
    const shared = differs === -1 ? before.promptParts : before.promptParts.slice(0, differs);
    return {
      from: before.index,
      to: request.index,
      commonBytes: sizeOf(shared),
      fromBytes: sizeOf(before.promptParts),
      toBytes: sizeOf(request.promptParts),
      kept: differs === -1,
    };
  });
}
