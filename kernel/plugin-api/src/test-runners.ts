/**
 * The test runners that the kernel can count, and how each is recognised in a script. `unknown` is any other: its exit
 * code may be all that is known.
 */
const signs = {
  vitest: /(?<![\w-])vitest(?![\w-])/,
  jest: /(?<![\w-])jest(?![\w-])|react-scripts test/,
  mocha: /(?<![\w-])mocha(?![\w-])/,
  'node-test': /(?<![\w-])(node|tsx)\s[^&|;]*--test(?![\w-])/,
  tap: /(?<![\w-])(tap|tape)(?![\w-])/,
  pytest: /(?<![\w-])(pytest|py\.test)(?![\w-])/,
  unittest: /-m unittest(?![\w-])/,
  go: /(?<![\w-])go test(?![\w-])/,
  cargo: /(?<![\w-])cargo (\+\S+ )?test(?![\w-])/,
  maven: /(?<![\w-])mvnw?(?![\w-])/,
  gradle: /(?<![\w-])gradlew?(?![\w-])/,
} as const satisfies Record<string, RegExp>;

export type TestRunner = keyof typeof signs | 'unknown';

export const testRunners = [
  ...(Object.keys(signs) as Exclude<TestRunner, 'unknown'>[]),
  'unknown',
] as const satisfies TestRunner[];

/** The one runner that a script calls; `unknown` when it calls none of them, or several, whose counts would mix. */
export function testRunnerOf(script: string): TestRunner {
  const called = Object.entries(signs).filter(([, sign]) => sign.test(script));
  return called.length === 1 ? (called[0]?.[0] as TestRunner) : 'unknown';
}
