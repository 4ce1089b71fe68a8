import type { CommandCall, CommandEnd } from '../command.ts';
import { decideRequest, type DecideOptions, expectKind } from '../decide-request.ts';

export default function approve(call: CommandCall<DecideOptions>): Promise<CommandEnd> {
  return decideRequest(call, (request) => {
    expectKind(request, 'approval');
    return { approved: true };
  });
}
