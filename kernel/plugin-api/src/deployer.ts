import type { Change, DeploymentOutput } from './phase-io.ts';
import type { CommandResult } from './sandbox.ts';
import type { Logger } from './world.ts';
import type { ToolCommand } from './tool.ts';

export interface DeployRequest {
  readonly runId: string;
  readonly task: string;
  readonly change: Change;
  readonly assessment: DeploymentOutput;
  /** The short proof of work, Markdown. */
  readonly proof: string;
}

export interface DeployStage {
  /** Such as `branch`, `staging`, `canary-5`. */
  readonly name: string;
  /** What it will do, in one line, shown before approval. */
  readonly description: string;
  /** How long to watch it before the next stage. Default 0. */
  readonly bakeMs?: number;
}

export interface DeployPlan {
  readonly stages: readonly DeployStage[];
}

export interface StageResult {
  /** Where it can be seen: a branch name, a URL. */
  readonly location: string;
  readonly detail?: string;
}

export interface DeployContext {
  /** Puts the change into the person's repository as its branch; repeating it changes nothing. */
  deliverBranch(): Promise<{ readonly branch: string; readonly commit: string }>;
  /** In a checkout of the change. */
  exec(command: ToolCommand): Promise<CommandResult>;
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** Where a finished change goes. The kernel decides whether it may (risk, automation level, approval) before it calls. */
export interface Deployer {
  readonly name: string;
  /** Without side effects; shown to the person who approves. */
  plan(request: DeployRequest, ctx: DeployContext): Promise<DeployPlan>;
  /** Idempotent per stage. Rejects with DEPLOY_FAILED. */
  deployTo(stage: DeployStage, request: DeployRequest, ctx: DeployContext): Promise<StageResult>;
  /** Undefined: nothing to measure. An unreadable metric counts as unhealthy. */
  measure?(
    stage: DeployStage,
    ctx: DeployContext,
  ): Promise<{ readonly healthy: boolean; readonly issues: readonly string[] }>;
  rollback?(stage: DeployStage, request: DeployRequest, ctx: DeployContext): Promise<void>;
}
