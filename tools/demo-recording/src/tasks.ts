import { edit, read, run, write, type Dialogue } from './dialogue.ts';
import { writtenFile } from './files.ts';

const rateLimiter: Dialogue = {
  executionId: 'implementation/rate-limiter/1',
  turns: [
    {
      say: 'I look at how modules and tests are written here.',
      calls: [read('src/users.js'), read('test/users.test.js')],
    },
    {
      say: 'The limiter, and its tests with a clock that they set.',
      calls: [
        write('src/rate-limiter.js', writtenFile('src/rate-limiter.js')),
        write('test/rate-limiter.test.js', writtenFile('test/rate-limiter.test.js')),
        run('node --test test/rate-limiter.test.js'),
      ],
    },
    {
      answer: {
        summary: 'Added createRateLimiter with add and waitMs. Its three tests pass.',
        commit: { type: 'feat', scope: 'limiter', subject: 'count failures by key within a window of time' },
      },
    },
  ],
};

const tooManyRequests: Dialogue = {
  executionId: 'implementation/too-many-requests/1',
  turns: [
    { say: 'I read the responses that are there.', calls: [read('src/responses.js')] },
    {
      say: 'One more response in the same form.',
      calls: [
        edit('src/responses.js', {
          old: '/** There is nothing here. */',
          new: `/** The caller has tried too often and may come back later. */
export function tooManyRequests(seconds) {
  return { status: 429, headers: { 'retry-after': String(seconds) }, body: { error: 'too many attempts' } };
}

/** There is nothing here. */`,
        }),
        write('test/responses.test.js', writtenFile('test/responses.test.js')),
        run('node --test test/responses.test.js'),
      ],
    },
    {
      answer: {
        summary: 'Added tooManyRequests(seconds) with a Retry-After header. Its test passes.',
        commit: { type: 'feat', scope: 'api', subject: 'add a response for too many attempts' },
      },
    },
  ],
};

const limitLogin: Dialogue = {
  executionId: 'implementation/limit-login/1',
  turns: [
    {
      say: 'I read the route and the limiter, and see how the tests stand before I change anything.',
      calls: [read('src/app.js'), read('src/rate-limiter.js'), read('README.md'), run('node --test')],
    },
    {
      say: 'The tests for the limit fail as expected. Now the route.',
      calls: [
        edit(
          'src/app.js',
          {
            old: "import { badRequest, notFound, ok, unauthorized } from './responses.js';",
            new: `import { createRateLimiter } from './rate-limiter.js';
import { badRequest, notFound, ok, tooManyRequests, unauthorized } from './responses.js';

/** Wrong passwords that one address may send within a minute. */
const failedLogins = { limit: 5, windowMs: 60_000 };`,
          },
          {
            old: 'export function createApp({ users, newToken }) {',
            new: `export function createApp({ users, newToken, now }) {
  const failures = createRateLimiter({ ...failedLogins, now });`,
          },
          {
            old: '  function login({ body }) {',
            new: `  function login({ address, body }) {
    const waitMs = failures.waitMs(address);
    if (waitMs > 0) return tooManyRequests(Math.ceil(waitMs / 1000));`,
          },
          {
            old: "    if (!users.check(name, password)) return unauthorized('name or password is wrong');",
            new: `    if (!users.check(name, password)) {
      failures.add(address);
      return unauthorized('name or password is wrong');
    }`,
          },
        ),
        edit('README.md', {
          old: '| 200 with a token, 400, or 401 |',
          new: '| 200 with a token, 400, 401, or 429 with `Retry-After` after five wrong passwords from one address within a minute |',
        }),
        run('node --test'),
      ],
    },
    {
      answer: {
        summary:
          'The login route makes an address wait after five wrong passwords within a minute. test/login-limit.test.js failed before and passes now, as do all other tests.',
        commit: {
          type: 'feat',
          scope: 'login',
          subject: 'limit failed logins by address',
          body: 'Passwords could be guessed as fast as the server answered.',
        },
      },
    },
  ],
};

export const tasks: readonly Dialogue[] = [rateLimiter, tooManyRequests, limitLogin];
