import type { Clock, ForgeEvent } from '@forge/plugin-api';
import { chooseRenderer, progressOf } from '../choose-renderer.ts';
import type { CommandCall, CommandEnd } from '../command.ts';
import { readEventFile } from '../read-event-file.ts';
import { glyph } from '../render/glyphs.ts';
import { viewOf } from '../render/fold-run.ts';
import type { RunRenderer } from '../render/run-renderer.ts';
import { drawSummary } from '../render/summary.ts';
import { resolveRun } from '../resolve-id.ts';
import { storedRuns } from '../stored-runs.ts';
import { withForge } from '../with-forge.ts';

// Long waits, for a person or a quota, are not worth waiting for again.
const longestWaitMs = 1500;

interface Options {
  readonly speed?: number;
  readonly file?: string;
}

export default async function replay(call: CommandCall<Options>): Promise<CommandEnd> {
  const { directory, options, words } = call;
  if (options.file !== undefined) return show(call, await readEventFile(directory, options.file));
  return withForge(call, async (forge) => {
    const store = await storedRuns(forge);
    const { id } = await resolveRun(store, words[0]);
    return show(call, await store.readEvents(id));
  });
}

async function show(call: CommandCall<Options>, events: readonly ForgeEvent[]): Promise<CommandEnd> {
  const { options, printer, world } = call;
  const speed = options.speed ?? (progressOf(call) === 'tty' ? 20 : Number.POSITIVE_INFINITY);
  const time = replayClock(world.clock, events[0]?.timestamp ?? 0, speed);
  const renderer = chooseRenderer({ ...call, world: { ...world, clock: time } }, 'a replay');
  await play(call, events, renderer, time);
  const view = viewOf(events);
  printer.words(`\n${drawSummary(view, printer)}`);
  await sayWhatWasChanged(call, view.runId, events);
  return { code: 0, runId: view.runId, status: view.status };
}

/** What is shown may not be what happened. */
async function sayWhatWasChanged(
  { options, printer, terminal }: CommandCall<Options>,
  runId: string,
  events: readonly ForgeEvent[],
): Promise<void> {
  const { verifyEvents } = await import('@forge/core');
  const found = await verifyEvents(runId, events);
  if (found.ok) return;
  const verify = options.file === undefined ? `forge verify ${runId}` : `forge verify --file ${options.file}`;
  terminal.print(`${glyph('warn', printer.style)} event ${found.seq} is not as it was written: ${verify}`);
}

interface ReplayClock extends Clock {
  /** Lets time go on to then. */
  reach(timestamp: number, signal: AbortSignal): Promise<void>;
}

/** The time of the run while it is shown again. */
function replayClock(real: Clock, start: number, speed: number): ReplayClock {
  let from = { shown: start, at: real.now() };
  let next = start;
  const now = (): number => Math.min(next, from.shown + (real.now() - from.at) * Math.min(speed, 1e9));
  return {
    now,
    sleep: (milliseconds, signal) => real.sleep(milliseconds, signal),
    async reach(timestamp, signal) {
      next = Math.max(next, timestamp);
      const wait = Math.min(longestWaitMs, (timestamp - now()) / speed);
      if (wait >= 1) await real.sleep(wait, signal).catch(() => {});
      from = { shown: timestamp, at: real.now() };
    },
  };
}

async function play(
  call: CommandCall,
  events: readonly ForgeEvent[],
  renderer: RunRenderer,
  time: ReplayClock,
): Promise<void> {
  // Ctrl-C shows the end at once.
  const skip = new AbortController();
  const stopInterrupts = call.world.onInterrupt(() => skip.abort());
  try {
    for (const event of events) {
      if (!skip.signal.aborted) await time.reach(event.timestamp, skip.signal);
      renderer.event(event);
    }
  } finally {
    stopInterrupts();
    renderer.end();
  }
}
