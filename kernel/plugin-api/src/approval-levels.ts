import type { ApprovalLevel, Vote } from './gate.ts';
import type { StoredRequest } from './store.ts';

/** How far an approval has come that takes several people. */
export interface ApprovalStanding {
  /** The level that is asked now, from 1, and how many there are. */
  readonly level: number;
  readonly of: number;
  readonly asked: ApprovalLevel;
  /** Who said yes at this level. */
  readonly approvedBy: readonly string[];
  /** When this level's time is up; undefined when nothing happens then. */
  readonly dueAt?: number;
  /** Levels that were passed over because nobody answered in time, and when. */
  readonly passedOver: readonly { readonly level: number; readonly at: number }[];
  /** Votes that count, in their order, and whose level they were of. */
  readonly counted: readonly { readonly level: number; readonly vote: Vote }[];
  readonly outcome?: { readonly approved: boolean; readonly by: string; readonly at: number; readonly reason?: string };
}

/**
 * Where an approval with levels stands at that time; undefined for one without. It follows from the request and its
 * votes alone, so that every process comes to the same, and nobody has to be awake when a level's time is up.
 */
export function approvalStanding(
  { levels = [], votes = [], createdAt }: Pick<StoredRequest, 'levels' | 'votes' | 'createdAt'>,
  now: number,
): ApprovalStanding | undefined {
  const first = levels[0];
  if (first === undefined) return undefined;
  const state = { index: 0, since: createdAt, approvedBy: [] as string[] };
  const passedOver: { level: number; at: number }[] = [];
  const counted: { level: number; vote: Vote }[] = [];
  let outcome: ApprovalStanding['outcome'];

  const dueAt = (): number | undefined => {
    const { timeoutMinutes, escalate } = levels[state.index] ?? first;
    return timeoutMinutes === undefined || escalate === 'wait' ? undefined : state.since + timeoutMinutes * 60_000;
  };
  const enter = (index: number, since: number): void => {
    Object.assign(state, { index, since, approvedBy: [] });
  };
  /** What time alone does. */
  const elapse = (until: number): void => {
    for (let due = dueAt(); outcome === undefined && due !== undefined && due <= until; due = dueAt()) {
      const { escalate, timeoutMinutes } = levels[state.index] ?? first;
      if (escalate === 'reject' || state.index === levels.length - 1) {
        const reason = `nobody of level ${state.index + 1} decided within ${timeoutMinutes} minutes`;
        outcome = { approved: false, by: 'timeout', at: due, reason };
      } else {
        passedOver.push({ level: state.index + 1, at: due });
        enter(state.index + 1, due);
      }
    }
  };

  for (const vote of votes) {
    elapse(vote.at);
    if (outcome !== undefined) break;
    const level = levels[state.index] ?? first;
    if (!mayVote(level, counted, vote.by)) continue;
    counted.push({ level: state.index + 1, vote });
    const { by, at, reason } = vote;
    if (!vote.approved) {
      outcome = { approved: false, by, at, ...(reason === undefined ? {} : { reason }) };
      break;
    }
    state.approvedBy.push(by);
    if (state.approvedBy.length < level.minimum) continue;
    if (state.index === levels.length - 1) outcome = { approved: true, by, at };
    else enter(state.index + 1, at);
  }
  elapse(now);
  const due = outcome === undefined ? dueAt() : undefined;
  return {
    level: state.index + 1,
    of: levels.length,
    asked: levels[state.index] ?? first,
    approvedBy: state.approvedBy,
    ...(due === undefined ? {} : { dueAt: due }),
    passedOver,
    counted,
    ...(outcome === undefined ? {} : { outcome }),
  };
}

/** Nobody says yes twice to one request, not even at two levels. */
export function mayApprove({ asked, counted }: ApprovalStanding, name: string): boolean {
  return mayVote(asked, counted, name);
}

function mayVote({ approvers }: ApprovalLevel, counted: readonly { readonly vote: Vote }[], name: string): boolean {
  return (approvers.includes(name) || approvers.includes('*')) && !counted.some(({ vote }) => vote.by === name);
}
