import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../..', import.meta.url));
const conditions = ['@forge/source'];

export default defineConfig({
  root,
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    // Forks, because tests start child processes, worker threads and change nothing global.
    pool: 'forks',
    isolate: false,
    // Every core, because most tests wait for a process that they started.
    maxWorkers: '100%',
    include: [
      '{kernel,apps,tools}/*/test/**/*.test.ts',
      'plugins/*/*/test/**/*.test.ts',
      'tools/plugin-templates/*/test/*.test.ts',
      'tests/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**', '**/fixtures/**'],
    // Only what hangs is cut: a busy machine is no fault.
    testTimeout: 400_000,
    hookTimeout: 400_000,
  },
});
