import type { Decision } from '@forge/plugin-api';

/** How a request ended, and by whom. */
export function verdictWords({ approved, answer, reason, by, supersededBy }: Decision): string {
  if (supersededBy !== undefined) return `asked anew as ${supersededBy}, because what is asked has changed`;
  const verdict = answer ?? (approved === true ? 'approved' : 'rejected');
  return `${verdict} by ${by}${reason ? ` (${reason})` : ''}`;
}
