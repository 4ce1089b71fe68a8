import type { ChatRequest, Message } from '@forge/plugin-api';
import { estimateTokens } from './call-cost.ts';

/** Input tokens of a request on the safe side; each message is measured once however often it is sent. */
export function createTokenEstimator(): (request: ChatRequest) => number {
  const known = new WeakMap<object, number>();

  function measured(value: object): number {
    let tokens = known.get(value);
    if (tokens === undefined) {
      tokens = estimateTokens(value);
      known.set(value, tokens);
    }
    return tokens;
  }

  return ({ system, messages, tools }) =>
    estimateTokens(system) +
    (tools ? measured(tools) : 0) +
    messages.reduce((sum: number, message: Message) => sum + measured(message), 0);
}
