import type { Engine, RunHandle, RunOutcome } from '@forge/engine';
import { isForgeError } from '@forge/plugin-api';
import { brokenPromises } from './promises-kept.ts';
import { createSimEngine } from './sim-engine.ts';
import { SimProcess } from './sim-process.ts';
import { createSimWorld, type SimOptions, type SimWorld } from './sim-world.ts';

export interface Simulated {
  readonly broken: readonly string[];
  /** The same for the same seed. */
  readonly lastHash: string;
  readonly events: number;
  readonly processes: number;
  /** The store's fault has happened. */
  readonly struck: boolean;
  /** What a person said of calls of which nobody else knew whether they had happened. */
  readonly told: readonly ('done' | 'not-done')[];
}

const mostSteps = 20_000;
/** No lease lasts longer. */
const leaseMs = 60_000;
const untroubled = { dieAt: undefined, stallAt: undefined, stallMs: 0 };
/** Ends that a supervisor or a person answers, and goes on. */
const continued: ReadonlySet<string> = new Set([
  'WAITING_FOR_PERSON',
  'OUTCOME_UNKNOWN',
  'WAITING_FOR_QUOTA',
  'BREAKER_COST',
  'RECOVERY_LIMIT',
  'STOPPED',
  'LEASE_LOST',
  'LLM_OVERLOADED',
  'STORE_FAILED',
]);

/** Another process has the run, or the store does not answer: to be tried again. */
const refused: ReadonlySet<string> = new Set(['LEASE_HELD', 'LEASE_LOST', 'STORE_FAILED']);

function codeOf(error: unknown): string {
  return isForgeError(error) ? error.code : 'none';
}

/** One run from start to end, with whatever happens to it under that seed. */
export async function simulate(seed: number, options: SimOptions = {}): Promise<Simulated> {
  const world = createSimWorld(seed, options);
  let runId = '';
  let count = 0;
  let live = 0;
  let isDone = false;
  const told: ('done' | 'not-done')[] = [];

  function begin(): void {
    count += 1;
    live += 1;
    const process = new SimProcess(`process-${count}`, world.clock, world.random, troubleOf(world));
    world.processes.set(process.owner.id, process);
    const engine = createSimEngine(world, process);
    const task = { task: 'Simulate', constraints: [], acceptanceCriteria: [], images: [] };
    const wanted = runId;
    const starting: Promise<RunHandle> =
      runId === '' ? engine.start({ requirement: task, directory: '/simulated' }) : engine.resume(runId);
    starting
      .then(({ finished }) => finished)
      .then(
        async (outcome) => {
          await answer(outcome);
          live -= 1;
        },
        async (error: unknown) => {
          // It died before its first event: nobody knows what was wanted.
          if (isForgeError(error, 'LOG_CORRUPT')) await startOver(engine, wanted);
          live -= 1;
          if (isForgeError(error, 'LOG_CORRUPT')) return;
          // It died between the end and the tidying up.
          if (isForgeError(error, 'USAGE')) return learnEnd();
          if (!refused.has(codeOf(error))) world.broken.push(`a process could not begin: ${String(error)}`);
        },
      );
  }

  async function learnEnd(): Promise<void> {
    const run = await world.store.getRun(runId);
    if (run?.status === 'completed') isDone = true;
    else runId = '';
  }

  /** What a dead process left on disk goes with who comes when its lease has run out. */
  async function tidyUp(): Promise<void> {
    await world.clock.advance(leaseMs);
    const process = new SimProcess('process-last', world.clock, world.random, untroubled);
    world.processes.set(process.owner.id, process);
    let isOver = false;
    const over = () => void (isOver = true);
    void createSimEngine(world, process).resume(runId).then(over, over);
    for (let step = 0; !isOver && step < mostSteps; step += 1) {
      await world.clock.advance(0);
      await world.clock.advanceToNext();
    }
  }

  async function startOver(engine: Engine, wanted: string): Promise<void> {
    try {
      await engine.discard(wanted, 'person');
    } catch (error) {
      // The process that stood still before its first event went on, and came to the end.
      if (isForgeError(error, 'USAGE')) return learnEnd();
      if (!refused.has(codeOf(error))) world.broken.push(`a run could not be discarded: ${String(error)}`);
    }
    runId = '';
  }

  async function answer({ record, error }: RunOutcome): Promise<void> {
    // Another process may have brought it to its end meanwhile.
    if (record.status === 'completed') isDone = true;
    if (error === undefined || isDone) return;
    if (!continued.has(error.code)) world.broken.push(`ended with ${error.code}: ${error.message}`);
    if (error.code === 'BREAKER_COST') {
      world.budgetUsd += 0.3;
      world.budgets.push({ since: record.lastSeq, usd: world.budgetUsd });
    }
    const open = await world.store.listRequests({ runId: record.id, open: true });
    for (const { id, kind, body } of open)
      await world.store.decideRequest(id, {
        ...(kind === 'question' ? { answer: tellOf(body) } : { approved: true }),
        by: 'person',
        channel: 'simulated',
        at: world.clock.now(),
      });
  }

  /** Whether a call happened, a person sees in the world outside. */
  function tellOf(question: string): 'done' | 'not-done' {
    const happened = world.outside.some(({ key }) => question.endsWith(`Key of the call: ${key}`));
    const answer = happened ? 'done' : 'not-done';
    told.push(answer);
    return answer;
  }

  begin();
  for (let step = 0; !isDone || live > 0; step += 1) {
    if (step > mostSteps || world.broken.length > 0) break;
    runId ||= (await world.store.listRuns()).find(({ status }) => status !== 'discarded')?.id ?? '';
    for (const process of world.processes.values()) {
      if (process.isAlive || process.isBuried) continue;
      process.isBuried = true;
      live -= 1;
    }
    if (world.troubles > 0 && runId !== '' && world.random() < 0.004) {
      world.troubles -= 1;
      if (world.random() < 0.5) await world.store.requestStop(runId);
      else begin();
    }
    for (const process of world.processes.values()) {
      if (!process.standsStill || process.isMissed || runId === '') continue;
      process.isMissed = true;
      // Somebody sees that nothing goes on, and resumes.
      void world.clock.sleep(Math.ceil(world.random() * process.standsForMs)).then(begin);
    }
    if (live === 0 && !isDone) {
      await world.clock.advance(Math.ceil(world.random() * 20_000));
      begin();
    }
    // What is ready to go on does so before time does.
    await world.clock.advance(0);
    await world.clock.advanceToNext();
  }
  if (!isDone && world.broken.length === 0) world.broken.push(`did not end within ${mostSteps} steps`);
  if (isDone && count > 1 && world.disk.folders.size > 0) await tidyUp();
  const events = await world.store.readEvents(runId);
  return {
    broken: [...world.broken, ...(isDone ? brokenPromises(world, runId, events) : [])],
    lastHash: events.at(-1)?.hash ?? '',
    events: events.length,
    processes: count,
    struck: world.struck,
    told,
  };
}

/** What will befall the next process. */
function troubleOf(world: SimWorld): ConstructorParameters<typeof SimProcess>[3] {
  const { random } = world;
  if (world.troubles <= 0) return untroubled;
  world.troubles -= 1;
  const at = 1 + Math.floor(random() ** 2 * 300);
  return random() < 0.75
    ? { dieAt: at, stallAt: undefined, stallMs: 0 }
    : { dieAt: undefined, stallAt: at, stallMs: Math.round(40_000 + random() * 40_000) };
}
