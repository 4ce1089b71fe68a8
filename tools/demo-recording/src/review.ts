import { edit, read, run, type Dialogue } from './dialogue.ts';
import { lineOf, writtenFile } from './files.ts';

const growingLine = 'windows.set(key, window);';

const firstReview: Dialogue = {
  executionId: 'review/round-1/1',
  turns: [
    {
      say: 'I read the limiter and the route as they are now.',
      calls: [read('src/rate-limiter.js'), read('src/app.js'), read('test/rate-limiter.test.js')],
    },
    {
      answer: {
        approved: false,
        findings: [
          {
            severity: 'medium',
            file: 'src/rate-limiter.js',
            line: lineOf(writtenFile('src/rate-limiter.js'), growingLine),
            quote: `      ${growingLine}`,
            message:
              'Windows that have ended stay in the map for ever. Whoever sends wrong passwords from many addresses, such as a range of IPv6, makes the memory of the server grow without limit.',
            suggestion: 'Forget ended windows whenever a failure is added, and test it.',
          },
        ],
        summary: 'The route does what was asked. The limiter never forgets an address.',
      },
    },
  ],
};

const fix: Dialogue = {
  executionId: 'implementation/fix-review-1/1',
  turns: [
    {
      say: 'I read the limiter and its tests.',
      calls: [read('src/rate-limiter.js'), read('test/rate-limiter.test.js')],
    },
    {
      say: 'Windows lie in the map in the order in which they end, so forgetting can stop at the first open one.',
      calls: [
        edit(
          'src/rate-limiter.js',
          {
            old: '  return {\n    /** Milliseconds',
            new: `  // All windows last equally long, so the map holds them in the order in which they end.
  const forgetEnded = () => {
    for (const [key, { endsAt }] of windows) {
      if (now() < endsAt) return;
      windows.delete(key);
    }
  };

  return {
    /** Milliseconds`,
          },
          {
            old: '    /** Counts one failure. */\n    add(key) {\n',
            new: `    /** How many keys are remembered. */
    get size() {
      return windows.size;
    },

    /** Counts one failure, and forgets keys whose window has ended. */
    add(key) {
      forgetEnded();
`,
          },
        ),
        edit('test/rate-limiter.test.js', {
          old: "test('keys are counted apart', () => {",
          new: `test('keys are forgotten when their window has ended', () => {
  const { clock, limiter } = startLimiter();
  limiter.add('a');
  clock.time = 500;
  limiter.add('b');
  clock.time = 1000;
  limiter.add('c');
  assert.equal(limiter.size, 2);
  assert.equal(limiter.waitMs('a'), 0);
});

test('keys are counted apart', () => {`,
        }),
        run('node --test'),
      ],
    },
    {
      answer: {
        summary:
          'Ended windows are forgotten with every failure that is added, so the limiter holds only the addresses of the last minute. A new test shows it; all tests pass.',
        commit: { type: 'fix', scope: 'limiter', subject: 'forget addresses whose window has ended' },
      },
    },
  ],
};

const secondReview: Dialogue = {
  executionId: 'review/round-2/1',
  turns: [
    {
      say: 'I check the finding of the first round.',
      calls: [read('src/rate-limiter.js'), read('test/rate-limiter.test.js')],
    },
    {
      answer: {
        approved: true,
        findings: [],
        summary: 'Ended windows are forgotten now, and a test shows it. Nothing else is left.',
      },
    },
  ],
};

export const review: readonly Dialogue[] = [firstReview, fix, secondReview];
