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
  {
    name: 'allow add',
    group: 'decide',
    summary: 'allow beforehand what would be asked',
    words: { '<gate>': 'what is asked: deployment, high-risk, protected-files or lost-tests' },
    options: [
      {
        flags: '--path <glob>',
        description: 'only when all that changes fits; without a slash in any folder',
        repeatable: true,
      },
      { flags: '--everywhere', description: 'in all repositories (default: in this one)' },
      { flags: '--days <number>', description: 'how long it holds (default: until it is revoked)', value: 'number' },
    ],
    details:
      'The rule is kept in a folder of yours, never in the repository. Each use of it stands in the log of the run. It does not count where approvals.levels names who is asked.',
    examples: [['forge allow add deployment --path "docs/**" --days 30', 'changes to documents alone, for a month']],
    load: () => import('../commands/allow-add.ts'),
  },
  {
    name: 'allow list',
    group: 'decide',
    summary: 'list the rules that hold',
    examples: [['forge allow list', 'of all repositories']],
    load: () => import('../commands/allow-list.ts'),
  },
  {
    name: 'allow revoke',
    group: 'decide',
    summary: 'end a rule, from the next request on',
    words: { '<id>': 'a rule, or a unique start or end of its id' },
    examples: [['forge allow revoke 7Q2M4K', 'you are asked again']],
    load: () => import('../commands/allow-revoke.ts'),
  },
];
