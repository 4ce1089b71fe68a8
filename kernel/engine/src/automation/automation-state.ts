import type { RunTally } from './tally-run.ts';

/** What is measured: counts and shares. */
const descriptions = {
  totalRuns: ['count', 'runs that ended'],
  successRate: ['share', 'of the runs that ended were completed'],
  falsePositiveRate: ['share', 'of the review findings were not about what is in the code'],
  humanOverrideRate: ['share', 'of the approvals that people decided got a no'],
  missedCriticalBugs: ['count', 'critical faults found after delivery'],
  averageHumanEditSize: ['share', 'of a delivered change edited by people afterwards'],
  productionIncidents: ['count', 'incidents after deployments that nobody approved'],
  rollbackRate: ['share', 'of the runs that deployed were rolled back'],
  humanInterventionRate: ['share', 'of the runs needed a person'],
} as const;
type MetricName = keyof typeof descriptions;

export interface AutomationMetric {
  readonly name: string;
  readonly unit: 'count' | 'share';
  readonly description: string;
  /** A count, or a share from 0 to 1. Undefined: nobody knows. */
  readonly value?: number | undefined;
  /** How many cases a share is of. */
  readonly of?: number | undefined;
  /** Why nobody knows. */
  readonly unknown?: string | undefined;
}

export interface AutomationRequirement {
  readonly level: number;
  /** Name of a metric. */
  readonly metric: string;
  readonly needs: 'at-least' | 'below' | 'at-most';
  readonly limit: number;
  /** False also for what is not known. */
  readonly met: boolean;
}

/** How much is left to runs, and how much their record speaks for. */
export interface AutomationState {
  /** In force, as configured: nothing but a person changes it. */
  readonly level: number;
  /** The highest level that the record speaks for. */
  readonly available: number;
  readonly metrics: readonly AutomationMetric[];
  /** Of all levels that have to be earned. */
  readonly requirements: readonly AutomationRequirement[];
}

type Requirement = Omit<AutomationRequirement, 'met'> & { readonly metric: MetricName };

/** Each level takes all that those below it take. */
const requirements: readonly Requirement[] = [
  { level: 2, metric: 'totalRuns', needs: 'at-least', limit: 50 },
  { level: 2, metric: 'successRate', needs: 'at-least', limit: 0.95 },
  { level: 2, metric: 'falsePositiveRate', needs: 'below', limit: 0.2 },
  { level: 2, metric: 'humanOverrideRate', needs: 'below', limit: 0.05 },
  { level: 3, metric: 'totalRuns', needs: 'at-least', limit: 200 },
  { level: 3, metric: 'successRate', needs: 'at-least', limit: 0.98 },
  { level: 3, metric: 'falsePositiveRate', needs: 'below', limit: 0.05 },
  { level: 3, metric: 'missedCriticalBugs', needs: 'at-most', limit: 0 },
  { level: 3, metric: 'averageHumanEditSize', needs: 'below', limit: 0.1 },
  { level: 4, metric: 'totalRuns', needs: 'at-least', limit: 500 },
  { level: 4, metric: 'successRate', needs: 'at-least', limit: 0.99 },
  { level: 4, metric: 'productionIncidents', needs: 'at-most', limit: 0 },
  { level: 4, metric: 'rollbackRate', needs: 'below', limit: 0.01 },
  { level: 4, metric: 'humanInterventionRate', needs: 'below', limit: 0.02 },
];

/** As many runs as the highest level asks for: older ones say little about today's models. */
export const mostRuns = 500;

/** Nothing is raised by it: what the record speaks for is there to be chosen. */
export function automationState(tallies: readonly RunTally[], level: number): AutomationState {
  const found = measure(tallies);
  const checked = requirements.map((requirement) => ({ ...requirement, met: isMet(requirement, found) }));
  const missing = checked.find(({ met }) => !met);
  return {
    level,
    available: missing === undefined ? 4 : missing.level - 1,
    metrics: Object.values(found),
    requirements: checked,
  };
}

function measure(tallies: readonly RunTally[]): Readonly<Record<MetricName, AutomationMetric>> {
  const sum = (figure: (tally: RunTally) => number) => tallies.reduce((total, tally) => total + figure(tally), 0);
  const count = (holds: (tally: RunTally) => boolean) => tallies.filter(holds).length;
  return {
    totalRuns: { ...named('totalRuns'), value: tallies.length },
    successRate: share(
      'successRate',
      count(({ succeeded }) => succeeded),
      tallies.length,
      'no run has ended',
    ),
    falsePositiveRate: share(
      'falsePositiveRate',
      sum(({ findings }) => findings.refused),
      sum(({ findings }) => findings.reported),
      'no review has found anything',
    ),
    humanOverrideRate: share(
      'humanOverrideRate',
      sum(({ approvals }) => approvals.refused),
      sum(({ approvals }) => approvals.decided),
      'no person has decided an approval',
    ),
    missedCriticalBugs: nobodyTells('missedCriticalBugs', 'nothing reports what is found after delivery'),
    averageHumanEditSize: nobodyTells('averageHumanEditSize', 'a branch is not looked at after it was delivered'),
    productionIncidents: nobodyTells('productionIncidents', 'nothing reports what happens after a deployment'),
    rollbackRate: share(
      'rollbackRate',
      count(({ wasRolledBack }) => wasRolledBack),
      count(({ wasDeployed }) => wasDeployed),
      'nothing was deployed',
    ),
    humanInterventionRate: share(
      'humanInterventionRate',
      count(({ wasHelped }) => wasHelped),
      tallies.length,
      'no run has ended',
    ),
  };
}

function isMet({ metric, needs, limit }: Requirement, found: Readonly<Record<MetricName, AutomationMetric>>): boolean {
  const { value } = found[metric];
  if (value === undefined) return false;
  if (needs === 'at-least') return value >= limit;
  return needs === 'below' ? value < limit : value <= limit;
}

function named(name: MetricName) {
  const [unit, description] = descriptions[name];
  return { name, unit, description };
}

function nobodyTells(name: MetricName, unknown: string): AutomationMetric {
  return { ...named(name), unknown };
}

function share(name: MetricName, part: number, of: number, why: string): AutomationMetric {
  return of === 0 ? nobodyTells(name, why) : { ...named(name), value: part / of, of };
}
