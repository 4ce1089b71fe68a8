import type { CommandRow } from '../command.ts';

const anyRun = 'a run, or a unique start or end of its id; without it the newest';

/** The log of a run as proof. */
export const proveCommands: readonly CommandRow[] = [
  {
    name: 'verify',
    group: 'prove',
    remote: true,
    summary: "recompute the chain of a run's events and name the first that was tampered with",
    words: { '[id]': anyRun },
    options: [{ flags: '--file <file>', description: 'an exported log instead of a stored run' }],
    examples: [
      ['forge verify', 'the newest run'],
      ['forge verify --file run.jsonl', 'a log that forge export wrote'],
    ],
    load: () => import('../commands/verify.ts'),
  },
  {
    name: 'export',
    group: 'prove',
    remote: true,
    summary: "write a run's events as JSON lines, or its findings as SARIF",
    words: { '[id]': anyRun },
    options: [
      { flags: '--output <file>', description: 'write there instead of standard output' },
      { flags: '--sarif', description: 'only the findings, as SARIF 2.1.0' },
      { flags: '--costs', description: 'the ledger instead: a line per paid call to a model' },
    ],
    examples: [
      ['forge export 7Q2M4K --output run.jsonl', 'as stored, with secrets masked'],
      ['forge export --sarif --output findings.sarif', 'for editors and code hosts'],
    ],
    load: () => import('../commands/export.ts'),
  },
  {
    name: 'replay',
    group: 'prove',
    remote: true,
    summary: 'show a run again as it went',
    words: { '[id]': anyRun },
    options: [
      {
        flags: '--speed <factor>',
        description: 'times as fast as it was (default: 20 in a terminal, else at once)',
        value: 'number',
      },
      { flags: '--file <file>', description: 'an exported log instead of a stored run' },
    ],
    examples: [
      ['forge replay 7Q2M4K --speed 60', 'a minute in a second'],
      ['forge replay --file run.jsonl', 'a log that forge export wrote'],
    ],
    load: () => import('../commands/replay.ts'),
  },
  {
    name: 'prune',
    group: 'prove',
    // The server says that it is done there.
    remote: true,
    summary: 'remove finished runs that are older, or more, than the configuration keeps',
    options: [
      { flags: '--dry-run', description: 'only list them' },
      {
        flags: '--days <number>',
        description: 'keep them for so many days (default: retention.days)',
        value: 'number',
      },
      { flags: '--keep <number>', description: 'keep so many at most (default: retention.runs)', value: 'number' },
    ],
    details:
      'Kept in any case: runs that are running, parked or stopped, and completed ones whose branch is there and not merged. Branches are never removed.',
    examples: [
      ['forge prune --dry-run', 'what would go'],
      ['forge prune --days 30', 'what ended more than 30 days ago'],
    ],
    load: () => import('../commands/prune.ts'),
  },
];
