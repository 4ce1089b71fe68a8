import { type Checkpoint, forgeError, type ForgeEvent } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { readEventFile } from '../read-event-file.ts';
import { count } from '../render/figures.ts';
import { glyph } from '../render/glyphs.ts';
import { resolveRun } from '../resolve-id.ts';
import { storedRuns } from '../stored-runs.ts';
import { withForge } from '../with-forge.ts';

export default function verify(call: CommandCall<{ readonly file?: string }>): Promise<CommandEnd> {
  const { directory, options, words } = call;
  const { file } = options;
  if (file !== undefined)
    return readEventFile(directory, file).then((events) => judge(call, runIdOf(events, file), events));
  return withForge(call, async (forge) => {
    const store = await storedRuns(forge);
    const record = await resolveRun(store, words[0]);
    const events = await store.readEvents(record.id);
    const head = events.at(-1);
    // A chain that was cut short is whole in itself; only the run's head knows how far it went.
    const missing = record.lastSeq > (head?.seq ?? 0) ? record.lastSeq : undefined;
    const checkpoints = await store.listCheckpoints(record.id);
    return judge(call, record.id, events, { missing, checkpoints });
  });
}

/** What is stored beside the events. */
interface Beside {
  /** The event that the run's head knows, and the log does not have. */
  readonly missing?: number | undefined;
  readonly checkpoints?: readonly Checkpoint[];
}

async function judge(
  { printer, world }: CommandCall,
  runId: string,
  events: readonly ForgeEvent[],
  { missing, checkpoints = [] }: Beside = {},
): Promise<CommandEnd> {
  const { verifyCheckpoints, verifyEvents } = await import('@forge/core');
  const found = await verifyEvents(runId, events);
  if (found.ok && missing === undefined) {
    const states = await verifyCheckpoints(events, checkpoints, world.version);
    if (states.ok) {
      printer.print(
        {
          type: 'verified',
          runId,
          ok: true,
          events: found.events,
          lastHash: found.lastHash,
          checkpoints: states.checkpoints,
        },
        `${glyph('done', printer.style)} run ${runId}: ${count(found.events, 'event')}, none was changed, left out or moved\n  last hash ${found.lastHash}`,
      );
      return { code: 0, runId };
    }
    const reason = `it is not what the events up to ${states.seq} give`;
    printer.print(
      { type: 'verified', runId, ok: false, seq: states.seq, reason, checkpointId: states.id },
      [
        `${glyph('failed', printer.style)} run ${runId}: checkpoint ${states.id} is not as it was written`,
        `  why  ${reason}`,
        `  The events are as they were. Do not resume this run; start from its log: forge fork ${runId}`,
      ].join('\n'),
    );
    return { code: 1, runId };
  }
  const [seq, reason] = found.ok
    ? [events.length + 1, `the log ends here, but the run went on to event ${missing}`]
    : [found.seq, found.reason];
  const event = events[seq - 1];
  printer.print(
    { type: 'verified', runId, ok: false, seq, reason, eventId: event?.id },
    [
      `${glyph('failed', printer.style)} run ${runId}: event ${seq} is the first that is not as it was written`,
      `  why  ${reason}`,
      ...(event === undefined ? [] : [`  event  ${event.type} ${event.id}`]),
      `  Trust nothing from event ${seq} on. Compare with a log from before: forge verify --file <export>`,
    ].join('\n'),
  );
  return { code: 1, runId };
}

function runIdOf(events: readonly ForgeEvent[], file: string): string {
  const id = events[0]?.traceId;
  if (typeof id === 'string') return id;
  throw forgeError('INPUT_INVALID', `${file} holds no events`, {
    where: file,
    fix: 'give a file that forge export wrote',
  });
}
