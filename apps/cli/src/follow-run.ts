import type { Forge } from '@forge/core';
import type { ForgeEvent } from '@forge/plugin-api';
import type { CommandCall } from './command.ts';
import { applyEvent, viewOf } from './render/fold-run.ts';
import type { RunRenderer } from './render/run-renderer.ts';
import { emptyRunView, type RunView } from './render/run-view.ts';

type Engine = Awaited<ReturnType<Forge['engine']>>;
type RunHandle = Awaited<ReturnType<Engine['start']>>;
export type RunOutcome = Awaited<RunHandle['finished']>;

export interface FollowedRun {
  readonly outcome: RunOutcome;
  /** All that is known of the run. */
  readonly view: RunView;
}

/**
 * Starts or resumes a run in this process and shows it until its part here has ended. Ctrl-C asks it to stop after the
 * step in flight; the second time, at once.
 *
 * @param known the run's id when it is resumed: what happened before is shown as its state
 */
export async function followRun(
  call: CommandCall,
  forge: Forge,
  renderer: RunRenderer,
  begin: (engine: Engine) => Promise<RunHandle>,
  known?: string,
): Promise<FollowedRun> {
  const [store, bus] = await Promise.all([forge.store(), forge.bus()]);
  const before = known === undefined ? [] : await store.readEvents(known);
  let view = before.length === 0 ? emptyRunView : viewOf(before);
  if (before.length > 0) renderer.restore(before);

  let hasReplied = false;
  let runId = known;
  const early: ForgeEvent[] = [];
  const show = (event: ForgeEvent): void => {
    if (event.traceId !== runId || event.seq <= view.lastSeq) return;
    view = applyEvent(view, event);
    renderer.event(event);
    // Not before: what Node loads later of its own is compiled anew, because its compiled code is for V8 as it started.
    if (event.type !== 'llm.responded' || hasReplied) return;
    hasReplied = true;
    call.world.saveMemory();
  };
  const stopListening = await bus.subscribe('*', (event) => {
    if (runId === undefined) early.push(event);
    else show(event);
  });

  let interrupts = 0;
  let handle: RunHandle | undefined;
  const stopInterrupts = call.world.onInterrupt(() => {
    interrupts += 1;
    renderer.remark(
      interrupts === 1 ? 'stopping after this step; Ctrl-C again stops now' : 'stopping now; nothing is deleted',
    );
    handle?.stop();
  });
  try {
    handle = await begin(await forge.engine());
    // Ctrl-C may have come while it started.
    for (let asked = 0; asked < interrupts; asked += 1) handle.stop();
    runId = handle.id;
    early.forEach(show);
    const outcome = await handle.finished;
    // The bus may lose events; the store does not.
    (await store.readEvents(runId, { after: view.lastSeq })).forEach(show);
    return { outcome, view };
  } finally {
    stopInterrupts();
    stopListening();
    renderer.end();
  }
}
