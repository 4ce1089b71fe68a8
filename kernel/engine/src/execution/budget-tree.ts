import { addUsd, type PhaseName, type ResolvedConfig } from '@forge/plugin-api';
import type { ExecutionRecord, RunState } from '../run/run-state.ts';
import { Budget, type Amounts, type BudgetOptions } from './budget.ts';

type Safety = ResolvedConfig['safety'];

export interface ExecutionPlace {
  readonly executionId: string;
  readonly phase: PhaseName;
  readonly taskId?: string | undefined;
}

export interface BudgetTree {
  readonly run: Budget;
  /** The node of that execution, below those of its task and its phase. What the log says was spent is spent. */
  execution(place: ExecutionPlace): Budget;
}

/** The budgets of a run. A node is made when something first draws from it, and shared by all below it. */
export function createBudgetTree(safety: Safety, state: Readonly<RunState>): BudgetTree {
  const nodes = new Map<string, Budget>();
  const run = new Budget({
    name: 'the run',
    limits: {
      usd: { max: safety.budgetUsd, setting: 'safety.budgetUsd' },
      tokens: { max: safety.maxTokens, setting: 'safety.maxTokens' },
      iterations: { max: safety.maxRunIterations, setting: 'safety.maxRunIterations' },
      toolCalls: { max: safety.maxRunToolCalls, setting: 'safety.maxRunToolCalls' },
    },
    spent: spentBy(state, () => true),
  });

  function node(parent: Budget, key: string, options: BudgetOptions): Budget {
    const known = nodes.get(key) ?? parent.child(options);
    nodes.set(key, known);
    return known;
  }

  return {
    run,
    execution({ executionId, phase, taskId }) {
      const phaseNode = node(run, phase, {
        name: `the phase ${phase}`,
        limits: caps(safety, 'phase'),
        spent: spentBy(state, (record) => record.phase === phase),
      });
      const taskNode =
        taskId === undefined
          ? phaseNode
          : node(phaseNode, `${phase}/${taskId}`, {
              name: `the task ${taskId}`,
              limits: caps(safety, 'task'),
              spent: spentBy(state, (record) => record.phase === phase && record.taskId === taskId),
            });
      return node(taskNode, `execution ${executionId}`, {
        name: `the execution ${executionId}`,
        limits: {
          ...caps(safety, 'execution'),
          iterations: { max: safety.maxIterations, setting: 'safety.maxIterations' },
          toolCalls: { max: safety.maxToolCalls, setting: 'safety.maxToolCalls' },
        },
        spent: spentBy(state, (_, id) => id === executionId),
      });
    },
  };
}

function caps(safety: Safety, of: 'phase' | 'task' | 'execution'): BudgetOptions['limits'] {
  const { budgetUsd, maxTokens } = safety[of] ?? {};
  return {
    usd: budgetUsd === undefined ? undefined : { max: budgetUsd, setting: `safety.${of}.budgetUsd` },
    tokens: maxTokens === undefined ? undefined : { max: maxTokens, setting: `safety.${of}.maxTokens` },
  };
}

/** What an earlier process asked for and never booked counts as it was reserved. */
function spentBy(state: Readonly<RunState>, isMeant: (record: ExecutionRecord, id: string) => boolean): Amounts {
  const meant = Object.entries(state.executions).filter(([id, record]) => isMeant(record, id));
  const ids = new Set(meant.map(([id]) => id));
  const records = meant.map(([, record]) => record);
  const lost = Object.values(state.openCalls).filter(({ executionId }) => ids.has(executionId));
  const sum = <T>(of: readonly T[], count: (one: T) => number) => of.reduce((total, one) => total + count(one), 0);
  return {
    usd: addUsd(...records.map(({ spentUsd }) => spentUsd), ...lost.map(({ costUsd }) => costUsd ?? 0)),
    tokens: sum(records, ({ tokens }) => tokens) + sum(lost, ({ tokens }) => tokens),
    iterations: sum(records, ({ iterations }) => iterations),
    toolCalls: sum(records, ({ toolCalls }) => toolCalls),
  };
}
