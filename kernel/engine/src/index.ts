export { createEngine } from './create-engine.ts';
export type { Engine, ForkRequest, ResumeRequest, RunHandle, RunOutcome, StartRequest } from './engine.ts';
export type { AutomationState } from './automation/automation-state.ts';
export { type KnownTallies, readAutomation } from './automation/read-automation.ts';
export { type CrashPoint, crashPoints, type PassCrashPoint } from './crash-points.ts';
export { estimateTokens } from './execution/call-cost.ts';
export { specOf } from './execution/describe-tool.ts';
export { canonicalJson } from './log/canonical-json.ts';
export { deepFreeze } from './log/deep-freeze.ts';
export { EventLog, hashEvent, type EventLogDeps, type EventMeta } from './log/event-log.ts';
export { hashJson, hashText } from './log/hash.ts';
export { genesisHash, verifyEvents, type Verification } from './log/verify-events.ts';
export { phases } from './phases/phases.ts';
export { type Ground, realGround } from './run/ground.ts';
export type { ModelChoice, RunDeps, WorkerProgram } from './run-deps.ts';
export {
  createCheckpointSystem,
  readState,
  type CheckpointDeps,
  type CheckpointHead,
  type CheckpointSystem,
} from './run/checkpoint-system.ts';
export { applyEvent, foldEvents } from './run/fold-events.ts';
export { initialState, type RunState } from './run/run-state.ts';
export { verifyCheckpoints, type CheckpointVerification } from './run/verify-checkpoints.ts';
export type { PruneOutcome, PruneRequest } from './run/prune-runs.ts';
export { planOrder } from './run/task-graph.ts';
export { followRemote, pushBranch, type RemoteSource } from './workspace/index.ts';
