import type { Forge } from '@forge/core';
import { chooseRenderer, progressOf } from './choose-renderer.ts';
import type { CommandCall } from './command.ts';
import { followRun, type FollowedRun } from './follow-run.ts';
import { formatDuration, formatTime } from './render/figures.ts';
import { glyph } from './render/glyphs.ts';
import { styleFor } from './render/style.ts';
import type { RunFlags } from './run-flags.ts';
import { isRemote } from './stored-runs.ts';

type Begin = Parameters<typeof followRun>[3];

/**
 * Follows a run as `followRun` does, and when it parks because the quota of its model is used up, waits for the quota
 * and goes on. Not with `--no-wait`, nor for longer than `llm.quotaWaitMinutes`.
 */
export async function followToItsEnd(
  call: CommandCall<RunFlags>,
  forge: Forge,
  begin: Begin,
  known?: string,
): Promise<FollowedRun> {
  const hint = 'Ctrl-C stops after a checkpoint';
  const resume: Begin = (engine) =>
    engine.resume(followed.outcome.record.id, { approve: call.options.yes === true, budgetUsd: call.options.budget });
  let followed = await followRun(call, forge, chooseRenderer(call, hint), begin, known);
  while (await isTimeToGoOn(call, forge, followed)) {
    const { id } = followed.outcome.record;
    followed = await followRun(call, forge, chooseRenderer(call, hint), resume, id);
  }
  return followed;
}

/** Waits, if there is something to wait for. False when the run stays as it is. */
async function isTimeToGoOn(call: CommandCall<RunFlags>, forge: Forge, { outcome, view }: FollowedRun) {
  const { world, options } = call;
  const { wakeAt } = view.parked ?? {};
  if (options.wait === false || outcome.error?.code !== 'WAITING_FOR_QUOTA' || wakeAt === undefined) return false;
  // A server goes on by itself.
  if (isRemote(forge)) return false;
  const longestMs = forge.config.llm.quotaWaitMinutes * 60_000;
  if (wakeAt - world.clock.now() > longestMs || world.interrupted.aborted) return false;
  if (!(await waitUntil(wakeAt, call))) return false;
  // Somebody else may have been quicker: a supervisor, or the person in another window.
  const record = await (await forge.store()).getRun(outcome.record.id);
  return record?.status === 'parked' && record.lastSeq === outcome.record.lastSeq;
}

/** Counts down in a terminal. False when the person does not want to wait. */
async function waitUntil(wakeAt: number, call: CommandCall<RunFlags>): Promise<boolean> {
  const { world, terminal, global } = call;
  const how = progressOf(call);
  const style = styleFor(world.stderr, world.env, global.color);
  const words = `waits for the quota of the model, goes on at ${formatTime(wakeAt)}`;
  const line = (rest: string) => `${glyph('parked', style)} ${words}${rest} · Ctrl-C leaves it parked`;
  const left = new AbortController();
  const forget = world.onInterrupt(() => left.abort());
  const isSilent = global.json || how === 'none' || how === 'json';
  if (!isSilent && how === 'plain') terminal.print(line(''));
  try {
    for (let now = world.clock.now(); now < wakeAt && !left.signal.aborted; now = world.clock.now()) {
      if (!isSilent && how === 'tty') terminal.draw([line(`, in ${formatDuration(wakeAt - now)}`)]);
      await world.clock.sleep(Math.min(1_000, wakeAt - now), left.signal).catch(() => {});
    }
    return !left.signal.aborted;
  } finally {
    forget();
    if (how === 'tty') terminal.draw([]);
    terminal.settle();
  }
}
