import { readdirSync, readlinkSync } from 'node:fs';
import { verifyEvents } from '@forge/core';
import type { ForgeEvent } from '@forge/plugin-api';
import type { ChaosWorld } from './chaos-world.ts';

/** What an undisturbed run of the scenario comes to. */
export interface Undisturbed {
  readonly events: readonly ForgeEvent[];
  readonly tree: string;
  readonly calls: number;
}

/** Events that were written before the process died. */
export function eventsBefore(events: readonly ForgeEvent[]): readonly ForgeEvent[] {
  const resumed = events.findIndex(({ fence }) => fence !== events[0]?.fence);
  return resumed < 0 ? events : events.slice(0, resumed);
}

export const count = (events: readonly ForgeEvent[], type: ForgeEvent['type']): number =>
  events.filter((event) => event.type === type).length;

/** What is wrong with the world when a run that was interrupted has come to its end with the same tree as `tree`. */
export async function faultsOfEnd(world: ChaosWorld, tree: string): Promise<readonly string[]> {
  const events = world.events();
  const branches = world.branches();
  return [
    ...unlike('log', (await verifyEvents(events[0]?.traceId ?? '', events)).ok, true),
    ...unlike('ends', count(events, 'run.completed'), 1),
    ...unlike('effects', world.effects(), world.scenario.effects),
    ...unlike('branches', branches.length, 1),
    ...(branches.length === 1 ? unlike('tree', world.tree(), tree) : []),
    ...unlike('folders of runs', world.leftFolders(), []),
    ...unlike('processes', processesIn(world.folder), []),
  ];
}

/** What went on that should not have: `calls` of the model since the run was continued, against all of a calm run. */
export function faultsOfLog(
  events: readonly ForgeEvent[],
  undisturbed: Undisturbed,
  calls: readonly string[],
): readonly string[] {
  const before = eventsBefore(events);
  const lost = before.findIndex(({ hash }, at) => hash !== undisturbed.events[at]?.hash);
  return [
    ...unlike('lost events', lost, -1),
    ...unlike('calls', calls.length, undisturbed.calls - count(before, 'llm.responded')),
    ...unlike('calls made twice', calls.length - new Set(calls).size, 0),
  ];
}

function unlike(what: string, found: unknown, wanted: unknown): readonly string[] {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  return one === other ? [] : [`${what}: found ${one}, expected ${other}`];
}

/** Ids of processes that work in the folder. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && (directoryOf(name) ?? '').startsWith(folder));
}

function directoryOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}
