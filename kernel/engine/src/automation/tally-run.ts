import type { Decision, ForgeEvent } from '@forge/plugin-api';

/** What one run that ended tells about how much may be left to runs here. */
export interface RunTally {
  readonly succeeded: boolean;
  /** Of the reviewer: what it found, and how much of that was not about what is in the code. */
  readonly findings: { readonly reported: number; readonly refused: number };
  /** Those that a person decided, and how many got a no. */
  readonly approvals: { readonly decided: number; readonly refused: number };
  /** A person had to decide, or to answer. */
  readonly wasHelped: boolean;
  readonly wasDeployed: boolean;
  readonly wasRolledBack: boolean;
}

/** Channels on which no person speaks. */
const channelsOfForge: ReadonlySet<string> = new Set(['policy', 'assumption', 'kernel']);

/**
 * Undefined for a run that proves nothing: one that has not ended, that played a recording, or that was complete with its
 * plan.
 */
export function tallyRun(events: readonly ForgeEvent[]): RunTally | undefined {
  const started = events.find((event) => event.type === 'run.started')?.payload;
  const last = events.findLast(({ type }) => ends.has(type) || type === 'run.resumed')?.type;
  if (started === undefined || started.recorded || last === undefined || !ends.has(last)) return undefined;
  const hasWorked = events.some((event) => event.type === 'phase.entered' && event.payload.phase !== 'planning');
  const succeeded = last === 'run.completed';
  if (succeeded && !hasWorked) return undefined;

  const byPeople = events.flatMap((event) =>
    event.type === 'request.decided' && isOfPerson(event.payload.decision) ? [event.payload.decision] : [],
  );
  const approvals = byPeople.filter(({ approved }) => approved !== undefined);
  return {
    succeeded,
    // What a fork took over of the review counts in the run that it is of; nothing tells the one from the other.
    findings: started.forkedFrom === undefined ? findingsOf(events) : { reported: 0, refused: 0 },
    approvals: { decided: approvals.length, refused: approvals.filter(({ approved }) => approved === false).length },
    wasHelped: byPeople.length > 0,
    wasDeployed: events.some(({ type }) => type === 'deployment.stage' || type === 'deployment.rolledback'),
    wasRolledBack: events.some(({ type }) => type === 'deployment.rolledback'),
  };
}

const ends: ReadonlySet<string> = new Set(['run.completed', 'run.failed', 'run.discarded']);

function findingsOf(events: readonly ForgeEvent[]): RunTally['findings'] {
  const refused = events.filter(({ type }) => type === 'finding.rejected').length;
  // The engine has findings, too; those of the review are the reviewer's.
  const kept = events.filter(({ type, phase }) => type === 'finding.detected' && phase === 'review').length;
  return { reported: kept + refused, refused };
}

function isOfPerson({ by, channel, supersededBy }: Decision): boolean {
  return supersededBy === undefined && by !== 'timeout' && !channelsOfForge.has(channel);
}
