import type { CommandRow } from '../command.ts';

const anyRun = 'a run, or a unique start or end of its id; without it the newest';

/** What there is and what happened. */
export const lookCommands: readonly CommandRow[] = [
  {
    name: 'runs',
    group: 'look',
    remote: true,
    summary: 'list the runs of this repository',
    options: [
      { flags: '--limit <number>', description: 'how many (default: 20)', value: 'number' },
      {
        flags: '--status <status>',
        description: 'only runs with that status',
        choices: ['running', 'parked', 'completed', 'failed', 'stopped', 'discarded'],
        repeatable: true,
      },
    ],
    examples: [
      ['forge runs', 'the newest first'],
      ['forge runs --status failed --json', 'for a program'],
    ],
    load: () => import('../commands/runs.ts'),
  },
  {
    name: 'show',
    group: 'look',
    remote: true,
    summary: 'show a run: phases, tasks, findings, tests, costs, proof',
    words: { '[id]': anyRun },
    options: [
      { flags: '--diff', description: 'the change as a unified diff' },
      { flags: '--plan', description: 'the plan with goals and acceptance criteria' },
      { flags: '--proof', description: 'the proof of work, as the delivered commit carries it' },
      { flags: '--costs', description: 'what each phase, task, agent and model cost; with --json a row per call' },
    ],
    examples: [
      ['forge show', 'the newest run'],
      ['forge show 7Q2M4K --diff | git apply --stat', 'what it changed'],
    ],
    load: () => import('../commands/show.ts'),
  },
  {
    name: 'logs',
    group: 'look',
    remote: true,
    summary: 'everything a run did, in order',
    words: { '[id]': anyRun, '[task]': 'only this task of the plan, agent or phase' },
    options: [
      { flags: '-f, --follow', description: 'go on until the run ends' },
      { flags: '--full', description: "with the model's words and what tools and tests printed" },
    ],
    examples: [
      ['forge logs', 'the newest run'],
      ['forge logs 7Q2M4K limiter -f', 'one task of a run, as it goes'],
    ],
    load: () => import('../commands/logs.ts'),
  },
  {
    name: 'automation',
    group: 'look',
    remote: true,
    summary: 'how much is left to runs, how much their record speaks for, and what is missing for more',
    examples: [['forge automation', 'the level in force, the one that is earned, and the figures']],
    load: () => import('../commands/automation.ts'),
  },
  {
    name: 'agents',
    group: 'look',
    summary: 'list the agents, and which of them are used',
    examples: [['forge agents', 'who plans, implements, reviews, tests and deploys']],
    load: () => import('../commands/agents.ts'),
  },
  {
    name: 'skills',
    group: 'look',
    summary: 'list the skills that agents may use, and why others are left out',
    examples: [['forge skills', 'those of the repository and of plugins']],
    load: () => import('../commands/skills.ts'),
  },
];
