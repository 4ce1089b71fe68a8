import {
  forgeError,
  type ApprovalLevel,
  type Change,
  type DeployContext,
  type Deployer,
  type DeploymentOutput,
  type DeployPlan,
  type DeployRequest,
  type DeployStage,
  type Finding,
  type Plan,
  type RiskLevel,
} from '@forge/plugin-api';
import { runSandboxed, wishesOf } from '../execution/run-sandboxed.ts';
import { hashJson, hashText } from '../log/hash.ts';
import { runExecution } from '../run/run-execution.ts';
import type { PrivatePlace } from '../process/run-processes.ts';
import type { Run } from '../run/run.ts';
import { deploymentStrategy, type DeploymentStrategy } from './deployment-strategy.ts';
import type { PhaseResult, Progress } from './progress.ts';
import { proofOf, withProof } from './proof.ts';
import { guardedFindings, tellFindings, type GuardedFindings } from './guarded-findings.ts';
import { changeOf } from './change-of.ts';
import { verdictOn } from './test-verdict.ts';
import { inspectionWorkspace } from './workspaces.ts';

/** Bytes of the diff that the hash of what is shown covers by itself; the commit covers all of it. */
const diffBytes = 1_000_000;

/** The change goes where configuration says, as far as its risk and the automation level allow without a person. */
export async function deploy(run: Run, progress: Progress): Promise<PhaseResult> {
  const worked = await changeOf(run);
  const change = { ...worked, branch: run.branch };
  const guarded = await guardedFindings(run, change, progress.tests);
  const seen = [...guarded.files, ...guarded.tests];
  await tellFindings(run, seen, 'deployment');
  const assessment = withFloor(await assess(run, progress, worked, seen), progress, guarded);
  const proof = provenBefore(run, change.commit) ?? proofOf(run, progress, change, { assessment, seen });
  const strategy = await decide(run, assessment, { commit: change.commit, proof });
  const delivered = {
    ...change,
    commit: await run.workspaces.reword(change.commit, (message) => withProof(message, proof)),
  };
  const request: DeployRequest = { runId: run.id, task: run.requirement.task, change: delivered, assessment, proof };
  const deployer = await run.deps.deployer(run.deps.config.deployment.deployer);
  const ctx = deployContext(run, delivered, change.commit);
  const plan = await deployer.plan(request, ctx);
  if (strategy.requireApproval) {
    const asked = { ...request, change };
    const findings = [...progress.openFindings, ...seen];
    await approve(run, asked, plan, guarded, await shownOf(run, asked, plan, { plan: progress.plan, findings }));
  }
  for (const stage of plan.stages) await deployStage(run, deployer, stage, request, ctx);
  const places = plan.stages.map(({ name }) => run.state.stages[name]?.location ?? name);
  return { progress: { ...progress, delivered, proof }, summary: places.join(', ') };
}

async function assess(
  run: Run,
  progress: Progress,
  change: Change,
  touched: readonly Finding[],
): Promise<DeploymentOutput> {
  const { output } = await runExecution(run, {
    key: 'deployment/assess',
    phase: 'deployment',
    agentType: 'deployer',
    input: {
      requirement: run.requirement,
      plan: progress.plan,
      change,
      openFindings: [...progress.openFindings, ...touched],
      tests: [...progress.tests],
      automationLevel: run.deps.config.automation.level,
    },
    workspace: inspectionWorkspace(run),
    base: change.commit,
  });
  return output;
}

/** What the engine has seen itself raises an agent's judgement, never lowers it. */
function withFloor(
  assessment: DeploymentOutput,
  progress: Progress,
  { files, tests }: GuardedFindings,
): DeploymentOutput {
  const [base, result] = progress.tests;
  const verdict = base && result && verdictOn(base, result);
  const floors: readonly { readonly risk: RiskLevel; readonly holds: boolean; readonly reason: string }[] = [
    {
      risk: 'high',
      holds: files.length > 0,
      reason: `changes protected files: ${[...new Set(files.map(({ file }) => file))].join(', ')}`,
    },
    { risk: 'high', holds: tests.length > 0, reason: 'tests that were there before are gone or skipped' },
    { risk: 'high', holds: verdict === 'flaky', reason: 'the tests pass only when they are run again' },
    { risk: 'high', holds: verdict === 'worse' || verdict === 'no-worse', reason: 'the tests do not pass' },
    { risk: 'medium', holds: result === undefined, reason: 'no tests were run' },
  ];
  const order: readonly RiskLevel[] = ['low', 'medium', 'high'];
  const raised = floors.filter(({ holds }) => holds);
  const risk =
    order[Math.max(order.indexOf(assessment.risk), ...raised.map((floor) => order.indexOf(floor.risk)))] ?? 'high';
  return { risk, reasons: [...new Set([...assessment.reasons, ...raised.map(({ reason }) => reason)])] };
}

/** The proof of an earlier process: told again, it would hold another hash, and be another commit. */
function provenBefore(run: Run, commit: string): string | undefined {
  const { proven } = run.state;
  // The proof of the run that this one was forked from is about that run.
  return proven?.commit === commit && proven.proof.includes(run.id) ? proven.proof : undefined;
}

async function decide(
  run: Run,
  { risk, reasons }: DeploymentOutput,
  proven: { readonly commit: string; readonly proof: string },
): Promise<DeploymentStrategy> {
  const strategy = deploymentStrategy(risk, run.deps.config.automation.level);
  const { type, requireApproval, notify } = strategy;
  await run.events.emit(
    'deployment.decided',
    { risk, strategy: type, requireApproval, notify, reasons, ...proven },
    { phase: 'deployment', rationale: reasons.join('; ') },
  );
  return strategy;
}

/** What is asked for is the commit that was tested; the delivered one differs in its message alone. */
async function approve(
  run: Run,
  { assessment, change, proof }: DeployRequest,
  plan: DeployPlan,
  guarded: GuardedFindings,
  shown: Readonly<Record<string, string>>,
): Promise<void> {
  const decision = await run.ask({
    kind: 'approval',
    title: `Deploy ${change.commit.slice(0, 12)}: ${plan.stages.map(({ description }) => description).join(', then ')}?`,
    body: proof,
    reason: reasonToAsk(assessment.risk, guarded),
    shown,
    files: change.files.map(({ path }) => path),
    levels: run.deps.config.approvals.levels,
    phase: 'deployment',
    timeoutMs: run.deps.config.questions.timeoutMinutes * 60_000,
  });
  if (decision.approved === true) return;
  throw forgeError(
    'GATE_REJECTED',
    `${decision.by} did not approve the deployment${decision.reason ? `: ${decision.reason}` : ''}`,
    {
      fix: 'the change stays in the run: `forge show --diff` shows it, `forge discard` removes it',
    },
  );
}

/** All that a person looks at before they say yes. */
async function shownOf(
  run: Run,
  { change, assessment, proof }: DeployRequest,
  { stages }: DeployPlan,
  { plan, findings }: { readonly plan: Plan; readonly findings: readonly Finding[] },
): Promise<Readonly<Record<string, string>>> {
  const { levels } = run.deps.config.approvals;
  return {
    commit: change.commit,
    risk: assessment.risk,
    stages: stages.map(({ name, description }) => `${name}: ${description}`).join('; '),
    plan: `sha256:${hashJson(plan)}`,
    diff: `sha256:${hashText(await run.workspaces.diff(change.base, change.commit, diffBytes))}`,
    findings: `sha256:${hashJson(findings)}`,
    proof: `sha256:${hashText(proof)}`,
    ...(levels.length === 0 ? {} : { approvers: levels.map(levelWords).join(', then ') }),
  };
}

function levelWords({ approvers, minimum, timeoutMinutes, escalate }: ApprovalLevel): string {
  const inTime = timeoutMinutes === undefined ? '' : ` within ${timeoutMinutes} minutes, else ${escalate}`;
  return `${minimum} of ${approvers.join(' ')}${inTime}`;
}

function reasonToAsk(risk: RiskLevel, { files, tests }: GuardedFindings): string {
  if (files.length > 0) return 'protected-files';
  if (tests.length > 0) return 'lost-tests';
  return risk === 'high' ? 'high-risk' : 'deployment';
}

function deployContext(run: Run, change: Change, tested: string): DeployContext {
  const marker = `${run.id}/deployment`;
  let place: Promise<PrivatePlace> | undefined;
  return {
    async deliverBranch() {
      const tasks = Object.values(run.state.changes).flatMap(({ commit }) => commit ?? []);
      await run.workspaces.deliver(change.branch, change.commit, [tested, ...tasks]);
      return { branch: change.branch, commit: change.commit };
    },
    async exec(command) {
      const { path: workspace } = await run.workspaces.checkout('deploy', change.commit);
      place ??= run.processes.freshPlace('deploy');
      const cwd = command.cwd ?? workspace;
      const around = { workspace, cwd, marker, place: await place, signal: run.signal };
      return runSandboxed(run, { ...wishesOf(command), ...around });
    },
    idempotencyKey: `${run.id}/deployment/${change.commit}`,
    signal: run.signal,
    log: run.deps.log,
  };
}

async function deployStage(
  run: Run,
  deployer: Deployer,
  stage: DeployStage,
  request: DeployRequest,
  ctx: DeployContext,
): Promise<void> {
  if (run.state.stages[stage.name] !== undefined) return;
  run.beforeStep();
  await run.holdLease();
  const { location, detail } = await deployer.deployTo(stage, request, ctx);
  if (stage.bakeMs !== undefined) await run.clock.sleep(stage.bakeMs, run.signal);
  const health = await measured(deployer, stage, ctx);
  if (!health.healthy) {
    await deployer.rollback?.(stage, request, ctx);
    const issues = [...health.issues];
    await run.events.emit(
      'deployment.rolledback',
      { deployer: deployer.name, stage: stage.name, issues },
      { phase: 'deployment' },
    );
    throw forgeError('DEPLOY_FAILED', `Stage ${stage.name} was not healthy: ${issues.join('; ')}`, {
      fix: 'look at the deployer’s own logs',
    });
  }
  run.deps.crashPoint('stage.deployed');
  await run.events.emit(
    'deployment.stage',
    { deployer: deployer.name, stage: stage.name, location, ...(detail === undefined ? {} : { detail }) },
    { phase: 'deployment' },
  );
}

/** What cannot be read counts as unhealthy. */
async function measured(deployer: Deployer, stage: DeployStage, ctx: DeployContext) {
  if (deployer.measure === undefined) return { healthy: true, issues: [] };
  try {
    return await deployer.measure(stage, ctx);
  } catch (error) {
    return {
      healthy: false,
      issues: [`its health could not be read: ${error instanceof Error ? error.message : String(error)}`],
    };
  }
}
