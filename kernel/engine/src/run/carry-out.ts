import { faultsOf, forgeError, isForgeError, type ForgeError, type RunPatch } from '@forge/plugin-api';
import { phases } from '../phases/phases.ts';
import type { Progress } from '../phases/progress.ts';
import { planOf } from '../phases/planning.ts';
import { parkingOf } from './parking.ts';
import { rememberRun } from './remember-run.ts';
import type { Run } from './run.ts';
import { costOf } from './run-state.ts';

/** As often as this a run is gone on with after crashes, without a finished step in between. */
const mostRecoveries = 3;

export interface Ending {
  readonly error?: ForgeError;
  readonly progress?: Progress;
}

/** The story of a run: its phases in their order, to whatever end it comes. The end is in the log before this resolves. */
export async function carryOut(run: Run, options: { readonly planOnly: boolean }): Promise<Ending> {
  try {
    refuseFruitless(run);
    let progress = await begin(run);
    for (const phase of phases) {
      if (!run.deps.config.phases.includes(phase.name)) continue;
      progress = await throughPhase(run, phase, progress);
      if (options.planOnly && phase.name === 'planning') break;
    }
    await complete(run, progress);
    return { progress };
  } catch (error) {
    const fault = asFault(error, run);
    await end(run, fault);
    return { error: fault };
  }
}

/** What kills the process that works on it would do so again and again. */
function refuseFruitless({ id, state }: Run): void {
  if (state.recoveries <= mostRecoveries) return;
  throw forgeError(
    'RECOVERY_LIMIT',
    `The run was gone on with ${mostRecoveries} times and Forge ended each time before a step was finished`,
    {
      why: 'something in the next step ends the process: memory, a signal, a fault',
      fix: `forge logs ${id} shows the step; forge resume ${id} tries it again, forge discard ${id} gives up`,
    },
  );
}

async function begin(run: Run): Promise<Progress> {
  return {
    project: await run.workspaces.facts(run.workspaces.base.commit),
    plan: planOf(run.requirement),
    openFindings: [],
    tests: [],
  };
}

async function throughPhase(run: Run, phase: (typeof phases)[number], progress: Progress): Promise<Progress> {
  const { name } = phase;
  run.beforeStep();
  if (run.state.phases[name] === undefined) {
    await run.events.emit('phase.entered', { phase: name }, { phase: name }, { phase: name });
  }
  try {
    const result = await phase.run(run, progress);
    if (run.state.phases[name] !== 'completed') {
      await run.events.emit('phase.completed', { phase: name, summary: result.summary }, { phase: name });
    }
    return result.progress;
  } catch (error) {
    const fault = asFault(error, run);
    if (parkingOf(fault) === undefined && fault.code !== 'LEASE_LOST') {
      await run.events.emit('phase.failed', { phase: name, code: fault.code, message: fault.message }, { phase: name });
    }
    throw fault;
  }
}

async function complete(run: Run, progress: Progress): Promise<void> {
  const { plan, delivered, proof } = progress;
  const payload = {
    summary: plan.summary,
    proof: proof ?? '',
    ...(delivered === undefined ? {} : { change: delivered }),
  };
  const head = { ...costOf(run.state), status: 'completed', reason: undefined, wakeAt: undefined } as const;
  await run.events.emit('run.completed', payload, {}, head);
  if (delivered === undefined) return;
  await rememberRun(run, progress).catch((error: unknown) => {
    // The work is delivered; that nothing was learned from it is no reason to call it failed.
    run.deps.log.warn('what the run taught could not be kept', { error: String(error) });
  });
}

/** Why a run was aborted says more than what the abort broke. */
function asFault(error: unknown, run: Run): ForgeError {
  const reason: unknown = run.signal.aborted ? run.signal.reason : error;
  return faultsOf(reason)[0] ?? forgeError('INTERNAL', String(reason), { cause: reason });
}

async function end(run: Run, fault: ForgeError): Promise<void> {
  // Who lost the lease has nothing more to say about the run.
  if (fault.code === 'LEASE_LOST') return;
  try {
    await writeEnd(run, fault);
  } catch (error) {
    if (isForgeError(error, 'LEASE_LOST')) return;
    run.deps.log.error('the end of the run could not be written down', { error: String(error) });
  }
}

async function writeEnd(run: Run, fault: ForgeError): Promise<void> {
  const { code, message, details } = fault;
  const parking = parkingOf(fault);
  if (parking === undefined) {
    const payload = { code, message, ...(details.fix === undefined ? {} : { fix: details.fix }) };
    await run.events.emit('run.failed', payload, {}, { ...costOf(run.state), status: 'failed', reason: message });
    return;
  }
  const data = (details.data ?? {}) as { readonly requestId?: string; readonly wakeAt?: number };
  const payload = {
    reason: parking,
    detail: message,
    code,
    ...(details.fix === undefined ? {} : { fix: details.fix }),
    ...(data.requestId === undefined ? {} : { requestId: data.requestId }),
    ...(data.wakeAt === undefined ? {} : { wakeAt: data.wakeAt }),
  };
  const patch: RunPatch = {
    ...costOf(run.state),
    status: parking === 'stopped' ? 'stopped' : 'parked',
    reason: message,
    stopRequested: false,
  };
  await run.events.emit(
    'run.parked',
    payload,
    {},
    data.wakeAt === undefined ? patch : { ...patch, wakeAt: data.wakeAt },
  );
}
