import type { CommandRow, OptionRow } from '../command.ts';

const modelOptions: readonly OptionRow[] = [
  { flags: '--budget <usd>', description: 'US dollars the run may cost', value: 'number' },
  { flags: '--provider <name>', description: 'provider of models, such as anthropic' },
  { flags: '--model <name>', description: 'model for all agents' },
  { flags: '--yes', description: 'answer approvals with yes where policy allows it' },
  { flags: '--no-wait', description: 'end when the quota of the model is used up, instead of waiting for it' },
];

const anyRun = 'a run, or a unique start or end of its id; without it the newest';

/** The loop: from a task to a branch. */
export const workCommands: readonly CommandRow[] = [
  {
    name: 'run',
    group: 'work',
    remote: true,
    summary: 'plan, implement, review and test a task, and deliver it as a branch',
    words: { '[task]': 'what to do, in plain words; - reads it from standard input' },
    options: [
      { flags: '--file <file>', description: 'read the task from a text file, or all of it from a .json file' },
      { flags: '--constraint <text>', description: 'something the change must respect', repeatable: true },
      { flags: '--acceptance <text>', description: 'how to tell that it is done', repeatable: true },
      { flags: '--image <file>', description: 'a picture of what is wanted', repeatable: true },
      { flags: '--plan-only', description: 'end after planning' },
      ...modelOptions,
      {
        flags: '--record <file>',
        description: "write the model's replies to a file that the demo's provider can play",
      },
    ],
    details:
      'Works in any git repository, without set-up. Your files, index, branches and stash are left alone: the result is a branch of its own. Ctrl-C stops after a checkpoint; forge resume goes on from there.',
    examples: [
      ['forge run "Add rate limiting to the API"', 'the whole way, with questions in this terminal'],
      ['forge run --plan-only "Move to ESM"', 'only the plan'],
      ['forge run --file task.md --budget 5 --yes --no-input', 'nobody is there to ask'],
      ['gh issue view 12 --json body -q .body | forge run -', 'the task from a pipe'],
    ],
    load: () => import('../commands/run.ts'),
  },
  {
    name: 'resume',
    group: 'work',
    remote: true,
    summary: 'go on with a run that was stopped, waits, or failed',
    words: { '[id]': 'a run, or a unique start or end of its id; without it the newest that can go on' },
    options: [
      {
        flags: '--all',
        description:
          'every run that was left in the middle, has its answer, or whose time to go on has come; asks nobody',
      },
      ...modelOptions,
    ],
    details: 'Nothing that was finished is done or paid for again.',
    examples: [
      ['forge resume', 'the newest run that can go on'],
      ['forge resume --all --yes', 'for a supervisor: one line a run'],
      ['forge resume 7Q2M4K --budget 5', 'with a higher budget'],
    ],
    load: () => import('../commands/resume.ts'),
  },
  {
    name: 'fork',
    group: 'work',
    remote: true,
    summary: 'start a new run from any point of another one',
    words: { '[id]': anyRun },
    options: [
      { flags: '--at <event>', description: 'the last event to take over: its number or id (default: the last one)' },
      ...modelOptions,
    ],
    details:
      'What that run had done by then is taken over and not paid again; the run itself stays as it is. Other models, limits and settings hold from there on.',
    examples: [
      ['forge fork 7Q2M4K --at 42 --model claude-opus-4-1', 'go on from event 42 with another model'],
      ['forge fork', 'the newest run, from where it ended'],
    ],
    load: () => import('../commands/fork.ts'),
  },
  {
    name: 'watch',
    group: 'work',
    remote: true,
    summary: 'follow a run that another process works on',
    words: { '[id]': anyRun },
    examples: [['forge watch', 'the newest run']],
    load: () => import('../commands/watch.ts'),
  },
  {
    name: 'attach',
    group: 'work',
    remote: true,
    summary: 'follow a run of another process or a server as if it were started here',
    words: { '[id]': anyRun },
    details:
      'Ctrl-C stops the run after a checkpoint. What it waits for is asked in this terminal, and then it goes on.',
    examples: [['forge attach', 'the newest run']],
    load: () => import('../commands/attach.ts'),
  },
  {
    name: 'stop',
    group: 'work',
    remote: true,
    summary: 'let a run end its step and stop with a checkpoint',
    words: { '[id]': 'a run, or a unique start or end of its id; without it the newest that is running' },
    examples: [['forge stop 7Q2M4K', 'ask the process that works on it to stop']],
    load: () => import('../commands/stop.ts'),
  },
  {
    name: 'discard',
    group: 'work',
    remote: true,
    summary: 'end a run for good and remove its workspaces; a delivered branch stays',
    words: { '<id>': 'a run, or a unique start or end of its id' },
    examples: [['forge discard 7Q2M4K', 'give up on that run']],
    load: () => import('../commands/discard.ts'),
  },
];
