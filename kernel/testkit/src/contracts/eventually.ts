import assert from 'node:assert/strict';

/** Milliseconds; only an implementation that is wrong, or a machine that stands still, needs them. */
const patience = 10_000;

/** Waits until the condition holds. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const until = performance.now() + patience;
  while (!condition()) {
    assert.ok(performance.now() < until, `it never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
