import type { CommandCall, CommandEnd } from '../command.ts';
import { recall, type RecallOptions } from './memory-list.ts';

export default function memorySearch(call: CommandCall<RecallOptions>): Promise<CommandEnd> {
  return recall(call, call.words.join(' '), call.options.limit ?? 10);
}
