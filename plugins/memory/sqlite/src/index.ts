import { join } from 'node:path';
import { definePlugin, z } from '@forge/plugin-api';
import { createSqliteMemory } from './sqlite-memory.ts';

const options = z
  .strictObject({
    /** Absolute path; one file may serve many repositories. Default: `memory.db` in Forge's folder of this one. */
    file: z.string().optional(),
  })
  .default({});

export default definePlugin({
  options,
  setup: (ctx) => {
    const file = ctx.options.file ?? join(ctx.stateDirectory, 'memory.db');
    const memory = createSqliteMemory({ file, clock: ctx.clock, newId: () => ctx.newId() });
    return { memories: [memory], stop: () => memory.close() };
  },
});
