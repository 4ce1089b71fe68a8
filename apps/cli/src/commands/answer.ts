import { forgeError } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { decideRequest, type DecideOptions, expectKind } from '../decide-request.ts';
import { optionLines } from '../render/option-words.ts';

export default function answer(call: CommandCall<DecideOptions>): Promise<CommandEnd> {
  const text = call.words.slice(1).join(' ').trim();
  return decideRequest(call, (request) => {
    expectKind(request, 'question');
    // An option by its id or its number in the inbox, else the words as they are.
    const { options } = request;
    const option =
      options.find(({ id }) => id === text) ?? (/^\d+$/.test(text) ? options[Number(text) - 1] : undefined);
    // A number that stands for nothing was meant to stand for something.
    if (option === undefined && options.length > 0 && /^\d+$/.test(text)) {
      throw forgeError('USAGE', `There is no option ${text}`, {
        why: optionLines(options).join('\n'),
        fix: `forge answer ${request.id} 1, or an answer in words`,
      });
    }
    return { answer: option?.id ?? text };
  });
}
