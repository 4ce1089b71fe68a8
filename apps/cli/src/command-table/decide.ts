import type { CommandRow, OptionRow } from '../command.ts';

const request = 'a request, or the run that waits for it; a unique start or end of the id is enough';
const hash: OptionRow = {
  flags: '--hash <hash>',
  description: 'only when it is still what the inbox showed with that hash',
  value: 'hash',
};
const reason: OptionRow = { flags: '--reason <text>', description: 'why, kept in the log' };
const resume: OptionRow = { flags: '--resume', description: 'go on with the run at once' };

/** What waits for a person. */
export const decideCommands: readonly CommandRow[] = [
  {
    name: 'inbox',
    group: 'decide',
    remote: true,
    summary: 'list what waits for you',
    examples: [['forge inbox', 'approvals and questions of all runs']],
    load: () => import('../commands/inbox.ts'),
  },
  {
    name: 'approve',
    group: 'decide',
    remote: true,
    summary: 'say yes to what a run asks',
    words: { '<id>': request },
    options: [reason, hash, resume],
    examples: [
      ['forge approve 7Q2M4K --resume', 'say yes and go on'],
      ['forge approve 7Q2M4K --hash 1c9fd2a07b3e', 'say yes to what you saw, and to nothing else'],
    ],
    load: () => import('../commands/approve.ts'),
  },
  {
    name: 'reject',
    group: 'decide',
    remote: true,
    summary: 'say no to what a run asks',
    words: { '<id>': request },
    options: [reason, hash, resume],
    examples: [['forge reject 7Q2M4K --reason "not before the release"', 'say no']],
    load: () => import('../commands/reject.ts'),
  },
  {
    name: 'answer',
    group: 'decide',
    remote: true,
    summary: 'answer a question of a run',
    words: { '<id>': request, '<text...>': 'the answer: an option, its number, or your own words' },
    options: [hash, resume],
    examples: [
      ['forge answer 7Q2M4K 2', 'the second option'],
      ['forge answer 7Q2M4K "per client, not per address" --resume', 'your own words, and go on'],
    ],
    load: () => import('../commands/answer.ts'),
  },
];
