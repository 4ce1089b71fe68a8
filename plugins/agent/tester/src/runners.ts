/**
 * The test runners whose output the kernel can count, and how each is recognised in a script. `unknown` is any other:
 * its exit code is all that is known.
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

export type Runner = keyof typeof signs | 'unknown';

export const runners = [...(Object.keys(signs) as Exclude<Runner, 'unknown'>[]), 'unknown'] as const satisfies Runner[];

/** The one runner that a script calls; `unknown` when it calls none of them, or several, whose counts would mix. */
export function runnerOf(script: string): Runner {
  const called = Object.entries(signs).filter(([, sign]) => sign.test(script));
  return called.length === 1 ? (called[0]?.[0] as Runner) : 'unknown';
}
