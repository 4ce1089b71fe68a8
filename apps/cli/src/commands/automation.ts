import { automationOf, type Forge } from '@forge/core';
import type { CommandCall, CommandEnd } from '../command.ts';
import { count } from '../render/figures.ts';
import { glyphs } from '../render/glyphs.ts';
import { drawTable } from '../render/table.ts';
import { nothingStored, storedRuns } from '../stored-runs.ts';
import { withForge } from '../with-forge.ts';

type State = Awaited<ReturnType<Forge['automation']>>;
type Metric = State['metrics'][number];
type Requirement = State['requirements'][number];

export default function automation(call: CommandCall): Promise<CommandEnd> {
  const { printer } = call;
  return withForge(call, async (forge) => {
    const state = await stateOf(forge);
    printer.object({ type: 'automation', ...state });
    if (printer.json) return;
    printer.words(standing(state));
    const metrics = new Map(state.metrics.map((metric) => [metric.name, metric]));
    for (const level of [2, 3, 4]) {
      const own = state.requirements.filter((requirement) => requirement.level === level);
      const rows = own.flatMap((requirement) => {
        const metric = metrics.get(requirement.metric);
        return metric === undefined ? [] : [rowOf(requirement, metric)];
      });
      printer.words(`\nLevel ${level}`);
      printer.words(drawTable(rows, [{}, {}, { align: 'right' }, { flexible: true }], printer.columns));
    }
  });
}

/** Looking leaves no trace where nothing was ever stored. */
async function stateOf(forge: Forge): Promise<State> {
  if (!nothingStored(forge, 'store')) return forge.automation();
  return automationOf(await storedRuns(forge), forge.config.automation.level);
}

function standing({ level, available }: State): string {
  const inForce = `Level ${level} is in force.`;
  if (available > level)
    return `${inForce} The record of runs here speaks for level ${available}: it is yours to choose (automation.level).`;
  if (available < level)
    return `${inForce} That was chosen beyond the record of runs here, which speaks for level ${available}.`;
  return `${inForce} The record of runs here speaks for no more.`;
}

function rowOf({ needs, limit, met }: Requirement, metric: Metric): string[] {
  const { unit, description, value, of, unknown = '' } = metric;
  const figure = (number: number) => (unit === 'count' ? String(number) : `${Number((number * 100).toFixed(1))}%`);
  const wanted = needs === 'below' ? `below ${figure(limit)}` : `${needs.replace('-', ' ')} ${figure(limit)}`;
  return [
    met ? `  ${glyphs.done}` : `  ${glyphs.waiting}`,
    wanted,
    value === undefined ? 'unknown' : figure(value),
    value === undefined
      ? `${description}: ${unknown}`
      : `${description}${of === undefined ? '' : ` (${count(of, 'case')})`}`,
  ];
}
