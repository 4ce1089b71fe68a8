/**
 * Places where the death of the process hurts most: something happened, and the log does not know it yet, or only the
 * log knows it. The engine names each when it passes it; tests end the process there. docs/reliability.md shows how
 * often that was tried.
 */
export const crashPoints = {
  'run.created': 'the run has a row, and no event',
  'lease.taken': 'the run is owned, its log is not read',
  'event.appending': 'events are sealed, not durable',
  'event.stored': 'events are durable, nobody has seen them',
  'workspace.kept': 'a workspace can go back, nothing was announced that changes it',
  'workspace.restored': 'a workspace is as it was before a call, the call has not run again',
  'model.replied': 'a reply is paid for, not durable',
  'tool.announced': 'an intent is durable, the tool has not run',
  'tool.ran': 'a tool has run, its result is not durable',
  'step.ran': 'a step has run, its result is not durable',
  'memory.called': 'a memory is written or read, the call is not durable',
  'request.opened': 'a question can be answered, the log does not know it',
  'request.decided': 'a decision counts, the log does not know it',
  'task.committed': 'the work of a task is a commit, not on the branch of the run',
  'task.merged': 'the log knows of a merge, the branch of the run is not there yet',
  'tests.ran': 'tests have run, what was seen is not durable',
  'stage.deployed': 'a stage is deployed, the log does not know it',
  'run.ending': 'the end is durable, the lease is held and workspaces lie about',
  'run.released': 'the lease is free, workspaces lie about',
} as const satisfies Record<string, string>;

export type CrashPoint = keyof typeof crashPoints;

/** Told the name of each crash point as it is passed. Nothing but a test ever listens. */
export type PassCrashPoint = (name: CrashPoint) => void;
