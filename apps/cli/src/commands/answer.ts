import type { CommandCall, CommandEnd } from '../command.ts';
import { decideRequest, type DecideOptions, expectKind } from '../decide-request.ts';

export default function answer(call: CommandCall<DecideOptions>): Promise<CommandEnd> {
  const text = call.words.slice(1).join(' ').trim();
  return decideRequest(call, (request) => {
    expectKind(request, 'question');
    // An option by its id or its number in the inbox, else the words as they are.
    const { options } = request;
    const option =
      options.find(({ id }) => id === text) ?? (/^\d+$/.test(text) ? options[Number(text) - 1] : undefined);
    return { answer: option?.id ?? text };
  });
}
