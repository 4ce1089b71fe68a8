import type { Decision, StoredRequest } from '@forge/plugin-api';
import { answerWords } from './option-words.ts';

/** How a request ended, and by whom. */
export function verdictWords(
  { approved, answer, reason, by, supersededBy }: Decision,
  options: StoredRequest['options'] = [],
): string {
  if (supersededBy !== undefined) return `asked anew as ${supersededBy}, because what is asked has changed`;
  const verdict =
    answer === undefined ? (approved === true ? 'approved' : 'rejected') : `answered ${answerWords(answer, options)}`;
  return `${verdict} by ${by}${reason ? ` (${reason})` : ''}`;
}
