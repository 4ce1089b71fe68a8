import { describe, expect, test } from 'vitest';
import { fingerprint } from '../src/fingerprint.ts';

describe('fingerprints', () => {
  test.each([
    ['Use pnpm for installs', 'use PNPM for installs.'],
    ['Run the tests with npm test', 'Tests are run with "npm test"'],
    ['The migrations run at start', 'At start, run the migration'],
    ['Timeout is 30 seconds', 'the timeout: 30 seconds'],
    ['Responses are cached', 'cache the response'],
    ['Never push to main', 'NEVER push to main!'],
  ])('are the same for %j and %j', (left, right) => {
    expect(fingerprint(left)).toBe(fingerprint(right));
  });

  test.each([
    ['Use pnpm for installs', 'Use npm for installs'],
    ['Always indent every file with tabs', 'Always indent every file with spaces'],
    ['The timeout of the integration tests is 30 seconds', 'The timeout of the integration tests is 60 seconds'],
    ['Commit to main', 'Do not commit to main'],
    ['Run the formatter before the linter', 'Run the formatter after the linter'],
    ['Run the formatter before the linter', 'Run the linter before the formatter'],
    ['The engine imports the core', 'The core imports the engine'],
    ['Use JWT', 'Use JWT for the admin routes'],
    ['version 1.2 works', 'version 12 works'],
    ['!!!', '???'],
    ['ab', 'a b'],
  ])('differ for %j and %j', (left, right) => {
    expect(fingerprint(left)).not.toBe(fingerprint(right));
  });
});
