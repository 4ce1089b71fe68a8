import type { Plan, PlanTask } from '@forge/plugin-api';

export interface SimCall {
  readonly tool: 'look' | 'append' | 'pay' | 'publish' | 'sign';
  readonly input: Readonly<Record<string, string>>;
}

export interface SimPlan {
  readonly plan: Plan;
  /** Task or fix to what its model asks for, turn by turn. */
  readonly turns: ReadonlyMap<string, readonly (readonly SimCall[])[]>;
  /** Rounds of review that find something before the last one finds nothing. */
  readonly faultyRounds: number;
  readonly phases: readonly ('planning' | 'implementation' | 'review' | 'testing' | 'deployment')[];
  readonly concurrency: number;
  /** 4: nobody is asked. 1: a person approves. */
  readonly automationLevel: number;
  /** Files at the end of an undisturbed run. */
  readonly tree: Readonly<Record<string, string>>;
  readonly payments: readonly string[];
  readonly publications: readonly string[];
  readonly signatures: readonly string[];
}

export const baseTree: Readonly<Record<string, string>> = { 'README.md': '# Simulated\n' };

/** A small plan by chance, with what it comes to when nothing goes wrong. */
export function randomPlan(random: () => number): SimPlan {
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  const tasks: PlanTask[] = [];
  const turns = new Map<string, readonly (readonly SimCall[])[]>();
  for (let index = 0; index <= upTo(3); index += 1) {
    const id = `task-${index}`;
    const dependencies = tasks.filter(() => random() < 0.4).map((other) => other.id);
    tasks.push({ id, title: id, goal: id, files: [], dependencies, acceptance: [] });
    turns.set(id, turnsOf(id, 1 + upTo(2), random));
  }
  const hasReview = random() < 0.4;
  const faultyRounds = hasReview ? upTo(1) : 0;
  for (let round = 1; round <= faultyRounds; round += 1)
    turns.set(`fix-review-${round}`, turnsOf(`fix-review-${round}`, 1, random));
  const calls = [...turns.values()].flat(2);
  return {
    plan: { summary: 'Simulated', assessment: { score: 1, gaps: [] }, assumptions: [], tasks },
    turns,
    faultyRounds,
    phases: [
      ...(['planning', 'implementation'] as const),
      ...(hasReview ? (['review'] as const) : []),
      ...(random() < 0.4 ? (['testing'] as const) : []),
      'deployment',
    ],
    concurrency: 1 + upTo(3),
    automationLevel: random() < 0.4 ? 1 : 4,
    tree: treeAfter(calls),
    payments: whatOf(calls, 'pay'),
    publications: whatOf(calls, 'publish'),
    signatures: whatOf(calls, 'sign'),
  };
}

function turnsOf(id: string, count: number, random: () => number): readonly (readonly SimCall[])[] {
  const turns = Array.from({ length: count }, (_, turn) =>
    Array.from({ length: 1 + Math.floor(random() * 2) }, (__, at): SimCall => {
      const name = `${id}-${turn}-${at}`;
      const dice = random();
      if (dice < 0.2) return { tool: 'look', input: { path: 'README.md' } };
      if (dice < 0.35) return { tool: 'pay', input: { what: name } };
      if (dice < 0.5) return { tool: 'sign', input: { what: name } };
      if (dice < 0.65) return { tool: 'publish', input: { what: name } };
      return { tool: 'append', input: { path: `${id}.txt`, line: name } };
    }),
  );
  // Each changes something, or there would be nothing to merge.
  return [...turns, [{ tool: 'append', input: { path: `${id}.txt`, line: `${id}-last` } }]];
}

function treeAfter(calls: readonly SimCall[]): Record<string, string> {
  const tree: Record<string, string> = { ...baseTree };
  for (const { tool, input } of calls) {
    const { path = '', line = '' } = input;
    if (tool === 'append') tree[path] = `${tree[path] ?? ''}${line}\n`;
  }
  return tree;
}

function whatOf(calls: readonly SimCall[], wanted: SimCall['tool']): readonly string[] {
  return calls
    .filter(({ tool }) => tool === wanted)
    .map(({ input }) => input['what'] ?? '')
    .sort();
}
