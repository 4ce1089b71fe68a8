import type { CommandCall, CommandEnd } from '../command.ts';
import { decideRequest, type DecideOptions, expectKind } from '../decide-request.ts';

export default function reject(call: CommandCall<DecideOptions>): Promise<CommandEnd> {
  return decideRequest(call, (request) => {
    expectKind(request, 'approval');
    return { approved: false };
  });
}
