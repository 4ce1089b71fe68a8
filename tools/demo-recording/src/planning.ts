import { read, type Dialogue } from './dialogue.ts';

export const planning: Dialogue = {
  executionId: 'planning/plan/1',
  turns: [
    {
      say: 'I read the login route, the responses it uses, and the tests that describe the limit.',
      calls: [read('src/app.js'), read('src/responses.js'), read('test/login-limit.test.js')],
    },
    {
      answer: {
        summary:
          'Failed logins are counted by address in memory; the login route answers 429 with Retry-After once an address has reached five within a minute.',
        assessment: { score: 0.95, gaps: [] },
        assumptions: [
          'One process serves the API, so counting in memory is enough.',
          'The minute begins with the first wrong password.',
        ],
        tasks: [
          {
            id: 'rate-limiter',
            title: 'Count failures by key within a window of time',
            goal: 'Add src/rate-limiter.js with createRateLimiter({ limit, windowMs, now }). It has add(key), which counts one failure, and waitMs(key), which gives the milliseconds until the key may try again, or 0. A window opens with the first failure of a key and ends windowMs later. Test it in test/rate-limiter.test.js with a clock that the test sets.',
            files: ['src/rate-limiter.js', 'test/rate-limiter.test.js'],
            dependencies: [],
            acceptance: [
              'waitMs is 0 below the limit and the rest of the window from the limit on',
              'keys do not affect each other',
            ],
          },
          {
            id: 'too-many-requests',
            title: 'A response for too many attempts',
            goal: "Add tooManyRequests(seconds) to src/responses.js: status 429, a header 'retry-after' with the seconds as text, and an error in the body like the others. Test it in test/responses.test.js.",
            files: ['src/responses.js', 'test/responses.test.js'],
            dependencies: [],
            acceptance: ['tooManyRequests(40) has status 429 and retry-after 40'],
          },
          {
            id: 'limit-login',
            title: 'Limit failed logins by address',
            goal: 'In src/app.js take now from createApp, make a rate limiter of 5 failures in 60,000 ms, and use it in login: answer tooManyRequests with the seconds rounded up while request.address has to wait, before anything else is checked; count only wrong passwords. Describe the answer 429 in the README.',
            files: ['src/app.js', 'README.md'],
            dependencies: ['rate-limiter', 'too-many-requests'],
            acceptance: ['test/login-limit.test.js passes', 'all other tests still pass'],
          },
        ],
      },
    },
  ],
};
