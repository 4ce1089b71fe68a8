import { approvalStanding, type StoredRequest } from '@forge/plugin-api';
import { formatTime } from './figures.ts';

/** Who is asked now, where more than one has to say yes; undefined where anybody may decide. */
export function standingWords(request: StoredRequest, now: number): string | undefined {
  const standing = approvalStanding(request, now);
  if (standing === undefined) return undefined;
  const { level, of, asked, approvedBy, dueAt } = standing;
  const yes = approvedBy.length === 0 ? '' : `, ${approvedBy.join(', ')} said yes`;
  const then = { wait: '', 'next-level': 'then the next level is asked', reject: 'then it is rejected' }[
    asked.escalate
  ];
  const due = dueAt === undefined ? '' : `, until ${formatTime(dueAt)}, ${then}`;
  return `level ${level} of ${of}: ${asked.minimum} of ${asked.approvers.join(', ')}${yes}${due}`;
}
