import { verifyEvents } from '@forge/engine';
import type { ForgeEvent } from '@forge/plugin-api';
import { sortedFiles } from './sim-disk.ts';
import type { SimWorld } from './sim-world.ts';

/** What must hold when a run has ended, whatever happened on the way. */
export function brokenPromises(world: SimWorld, runId: string, events: readonly ForgeEvent[]): readonly string[] {
  const { plan, outside, disk, commands } = world;
  const broken: string[] = [];
  const equal = (what: string, found: unknown, wanted: unknown) => {
    if (JSON.stringify(found) !== JSON.stringify(wanted))
      broken.push(`${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}`);
  };
  const verified = verifyEvents(runId, events);
  if (!verified.ok) broken.push(`log: event ${verified.seq}: ${verified.reason}`);
  equal('run.completed', count(events, 'run.completed'), 1);
  equal('run.started', count(events, 'run.started'), 1);
  for (const fault of overspent(events, world.budgets)) broken.push(fault);
  equal('payments', whatOf('pay'), plan.payments);
  equal('publications', whatOf('publish'), plan.publications);
  equal('signatures', whatOf('sign'), plan.signatures);
  equal('branches', disk.branches.size, 1);
  for (const commit of disk.branches.values()) equal('tree', sortedFiles(disk.treeOf(commit)), sortedFiles(plan.tree));
  equal('folders', [...disk.folders.keys()], []);
  equal('commands', [...commands.values()], []);
  return broken;

  function whatOf(wanted: 'pay' | 'publish' | 'sign'): readonly string[] {
    return outside
      .filter(({ tool }) => tool === wanted)
      .map(({ what }) => what)
      .sort();
  }
}

function isPaidFor(event: ForgeEvent) {
  return (
    event.type === 'llm.requested' ||
    event.type === 'llm.retried' ||
    event.type === 'llm.responded' ||
    event.type === 'llm.failed'
  );
}

/** Where reserved and spent together, as the log tells it, were over the budget in force. */
function overspent(events: readonly ForgeEvent[], budgets: SimWorld['budgets']): string[] {
  const reserved = new Map<string, number>();
  const broken: string[] = [];
  let spent = 0;
  for (const event of events) {
    if (event.type === 'run.resumed') reserved.clear();
    if (!isPaidFor(event)) continue;
    const call = `${event.executionId}/${event.payload.ordinal}`;
    reserved.delete(call);
    if (event.type === 'llm.requested') reserved.set(call, event.payload.reservedUsd ?? 0);
    else spent += event.payload.costUsd ?? 0;
    const bound = [...reserved.values()].reduce((sum, usd) => sum + usd, spent);
    const budget = budgets.findLast(({ since }) => since < event.seq)?.usd ?? 0;
    if (bound > budget + 1e-9) broken.push(`budget: ${bound} spent and reserved of ${budget} at event ${event.seq}`);
  }
  return broken;
}

function count(events: readonly ForgeEvent[], type: ForgeEvent['type']): number {
  return events.filter((event) => event.type === type).length;
}
